import { FLEET_PARAMETERS } from './fleet/parameters';
import { Refusal } from './refusal';
import type { EbsAction, Ec2Action } from './settings';

/** What an action may be asked, as in the service's model, and which of it the fake acts on. */
export interface QueryParameters {
  readonly taken: readonly string[];
  /** In the model, each with all that is below it, but the fake would have to lie about it, so it refuses them. */
  readonly untaken: readonly string[];
}

const LISTING = ['DryRun', 'Filter.N.Name', 'Filter.N.Value.N', 'MaxResults', 'NextToken', 'Owner.N'];
const EBS = 'BlockDeviceMapping.N.Ebs';

/** `N` stands for the index of a list's member. */
export const EC2_PARAMETERS: Readonly<Record<Ec2Action, QueryParameters>> = {
  ...FLEET_PARAMETERS,
  DescribeSnapshots: { taken: [...LISTING, 'SnapshotId.N'], untaken: ['RestorableBy.N'] },
  DeleteSnapshot: { taken: ['DryRun', 'SnapshotId'], untaken: [] },
  DescribeImages: {
    taken: [...LISTING, 'ImageId.N', 'IncludeDeprecated', 'IncludeDisabled'],
    untaken: ['ExecutableBy.N'],
  },
  DeregisterImage: { taken: ['DryRun', 'ImageId', 'DeleteAssociatedSnapshots'], untaken: [] },
  CreateTags: { taken: ['DryRun', 'ResourceId.N', 'Tag.N.Key', 'Tag.N.Value'], untaken: [] },
  RegisterImage: {
    taken: [
      'Architecture',
      'BlockDeviceMapping.N.DeviceName',
      `${EBS}.DeleteOnTermination`,
      `${EBS}.Encrypted`,
      `${EBS}.Iops`,
      `${EBS}.SnapshotId`,
      `${EBS}.Throughput`,
      `${EBS}.VolumeSize`,
      `${EBS}.VolumeType`,
      'BootMode',
      'Description',
      'DryRun',
      'EnaSupport',
      'ImdsSupport',
      'KernelId',
      'Name',
      'RootDeviceName',
      'SriovNetSupport',
      'TagSpecification.N.ResourceType',
      'TagSpecification.N.Tag.N.Key',
      'TagSpecification.N.Tag.N.Value',
      'TpmSupport',
      'UefiData',
      'VirtualizationType',
    ],
    untaken: [
      'BillingProduct.N',
      'BlockDeviceMapping.N.NoDevice',
      'BlockDeviceMapping.N.VirtualName',
      `${EBS}.AvailabilityZone`,
      `${EBS}.AvailabilityZoneId`,
      `${EBS}.EbsCardIndex`,
      `${EBS}.KmsKeyId`,
      `${EBS}.OutpostArn`,
      `${EBS}.VolumeInitializationRate`,
      'ImageLocation',
      'RamdiskId',
    ],
  },
};

/** Where each member of a request is: names on the wire. */
export interface EbsShape {
  readonly method: string;
  readonly path: string;
  readonly header: readonly string[];
  readonly query: readonly string[];
  readonly body: readonly string[];
}

const SUMS = ['x-amz-Checksum', 'x-amz-Checksum-Algorithm'];

export const EBS_SHAPES: Readonly<Record<EbsAction, EbsShape>> = {
  StartSnapshot: {
    method: 'POST',
    path: '/snapshots',
    header: [],
    query: [],
    body: [
      'ClientToken',
      'Description',
      'Encrypted',
      'KmsKeyArn',
      'ParentSnapshotId',
      'Tags',
      'Timeout',
      'VolumeSize',
    ],
  },
  PutSnapshotBlock: {
    method: 'PUT',
    path: '/snapshots/{snapshotId}/blocks/{blockIndex}',
    header: [...SUMS, 'x-amz-Data-Length', 'x-amz-Progress'],
    query: [],
    body: [],
  },
  CompleteSnapshot: {
    method: 'POST',
    path: '/snapshots/completion/{snapshotId}',
    header: ['x-amz-ChangedBlocksCount', ...SUMS, 'x-amz-Checksum-Aggregation-Method'],
    query: [],
    body: [],
  },
  ListSnapshotBlocks: {
    method: 'GET',
    path: '/snapshots/{snapshotId}/blocks',
    header: [],
    query: ['maxResults', 'pageToken', 'startingBlockIndex'],
    body: [],
  },
  GetSnapshotBlock: {
    method: 'GET',
    path: '/snapshots/{snapshotId}/blocks/{blockIndex}',
    header: [],
    query: ['blockToken'],
    body: [],
  },
};

/** Refuses what the model does not know, and what the fake would not act on. */
export function checkParameters({ taken, untaken }: QueryParameters, keys: readonly string[]): void {
  for (const key of keys) {
    if (key === 'Action' || key === 'Version') continue;
    const name = key.replace(/\.\d+(?=\.|$)/g, '.N');
    // An empty list is sent as its bare name.
    if (taken.includes(name) || taken.includes(`${name}.member.N`)) continue;
    if (untaken.some((one) => name === one || name.startsWith(`${one}.`)))
      throw new Refusal('FakeLimit', `the fake does not act on the parameter ${key}`, 501);
    throw new Refusal('UnknownParameter', `The parameter ${key} is not recognized`);
  }
}
