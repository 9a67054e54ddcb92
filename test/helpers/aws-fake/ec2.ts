import * as uses from './ec2-image-uses';
import { deregisterImage, describeImages } from './ec2-images';
import { deleteSnapshot, describeSnapshots } from './ec2-snapshots';
import { createTags, deleteTags } from './ec2-tags';
import * as instances from './fleet/ec2-instances';
import * as templates from './fleet/ec2-templates';
import { checkParameters, EC2_PARAMETERS } from './parameters';
import type { Query } from './query';
import { type Answer, Refusal } from './refusal';
import { registerImage } from './register-image';
import { EC2_ACTIONS, type Ec2Action } from './settings';
import type { State } from './state';
import { type Members, xmlAnswer } from './xml';

const VERSION = '2016-11-15';

const WORK: Readonly<Record<Ec2Action, (state: State, query: Query) => Members>> = {
  DescribeSnapshots: describeSnapshots,
  DeleteSnapshot: deleteSnapshot,
  RegisterImage: registerImage,
  DescribeImages: describeImages,
  DeregisterImage: deregisterImage,
  CopyImage: uses.copyImage,
  DescribeImageReferences: uses.describeImageReferences,
  DescribeImageAttribute: uses.describeImageAttribute,
  ModifyImageAttribute: uses.modifyImageAttribute,
  ResetImageAttribute: uses.resetImageAttribute,
  ModifySnapshotAttribute: uses.modifySnapshotAttribute,
  CreateTags: createTags,
  DeleteTags: deleteTags,
  CreateLaunchTemplate: templates.createTemplate,
  CreateLaunchTemplateVersion: templates.createTemplateVersion,
  DescribeLaunchTemplates: templates.describeTemplates,
  DescribeLaunchTemplateVersions: templates.describeTemplateVersions,
  ModifyLaunchTemplate: templates.modifyTemplate,
  DeleteLaunchTemplate: templates.deleteTemplate,
  DeleteLaunchTemplateVersions: templates.deleteTemplateVersions,
  DescribeInstances: instances.describeInstances,
  TerminateInstances: instances.terminateInstances,
  GetConsoleOutput: instances.getConsoleOutput,
};

export function findEc2Action(query: Query): Ec2Action {
  const action = EC2_ACTIONS.find((name) => name === query.text('Action'));
  if (!action)
    throw new Refusal(
      'InvalidAction',
      `The action ${query.text('Action')} is not valid for this web service.`,
    );
  return action;
}

export function answerEc2(state: State, action: Ec2Action, query: Query, requestId: string): Answer {
  if (query.text('Version') !== VERSION) {
    throw new Refusal('NoSuchVersion', `The requested version (${query.text('Version')}) is not valid`);
  }
  checkParameters(EC2_PARAMETERS[action], query.keys());
  if (query.flag('DryRun')) {
    throw new Refusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  }
  return xmlAnswer('ec2', action, requestId, WORK[action](state, query));
}
