import { deregisterImage, describeImages, findImage } from './ec2-images';
import { deleteSnapshot, describeSnapshots, findSnapshot } from './ec2-snapshots';
import { checkEc2Parameters } from './parameters';
import type { Query } from './query';
import { type Answer, Refusal } from './refusal';
import { registerImage } from './register-image';
import { EC2_ACTIONS, type Ec2Action } from './settings';
import type { State } from './state';
import { findBadTag } from './tags';
import { renderXml, type Xml } from './xml';

const VERSION = '2016-11-15';

const WORK: Readonly<Record<Ec2Action, (state: State, query: Query) => { readonly [name: string]: Xml }>> = {
  DescribeSnapshots: describeSnapshots,
  DeleteSnapshot: deleteSnapshot,
  RegisterImage: registerImage,
  DescribeImages: describeImages,
  DeregisterImage: deregisterImage,
  CreateTags: createTags,
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
  checkEc2Parameters(action, query.keys());
  if (query.flag('DryRun')) {
    throw new Refusal('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
  }
  const body = renderXml(action, requestId, WORK[action](state, query));
  return { status: 200, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body };
}

function createTags(state: State, query: Query): { readonly [name: string]: Xml } {
  const tags = query.tags('Tag');
  const ids = query.texts('ResourceId');
  if (ids.length === 0 || tags.length === 0) {
    throw new Refusal('MissingParameter', 'The request must contain the parameters ResourceId and Tag');
  }
  const targets = ids.map(
    (id) => (id.startsWith('ami-') ? findImage(state, id) : findSnapshot(state, id)).tags,
  );
  for (const target of targets) {
    const bad = findBadTag('ec2', [...new Map([...target, ...tags])]) ?? findBadTag('ec2', tags);
    if (bad) throw new Refusal('InvalidParameterValue', bad);
  }
  for (const target of targets) for (const [key, value] of tags) target.set(key, value);
  return { return: true };
}
