import { findImage } from './ec2-images';
import { findSnapshot } from './ec2-snapshots';
import type { Query } from './query';
import { Refusal } from './refusal';
import { checkName, imageTags } from './register-image';
import { ACCOUNT } from './settings';
import type { BlockDevice, FakeImage, State } from './state';
import type { Members } from './xml';

const RESOURCE_TYPES = ['ec2:Instance', 'ec2:LaunchTemplate'];
const INSTANCE_STATES = ['pending', 'running', 'shutting-down', 'terminated', 'stopping', 'stopped'];

/** Of this account: instances, and the latest versions of every launch template, as far as is asked. */
export function describeImageReferences(state: State, query: Query): Members {
  const ids = query.texts('ImageId');
  if (ids.length === 0) query.required('ImageId.1');
  const types = query.members('ResourceType');
  if (!query.flag('IncludeAllResourceTypes') && types.length === 0) {
    throw new Refusal(
      'MissingParameter',
      'The request must contain IncludeAllResourceTypes or ResourceTypes',
    );
  }
  const arn = (what: string) => `arn:aws:ec2:${state.region}:${ACCOUNT}:${what}`;
  const typeOf = (type: Query) => type.oneOf('ResourceType', RESOURCE_TYPES);
  const isAsked = (name: string) => types.length === 0 || types.some((type) => typeOf(type) === name);
  const states = optionOf(types, 'state-name', INSTANCE_STATES) ?? INSTANCE_STATES;
  const depth = Number(optionOf(types, 'version-depth')?.[0] ?? 10);
  if (!Number.isInteger(depth) || depth < 1 || depth > 10_000) {
    throw new Refusal('InvalidParameterValue', `Value (${depth}) for version-depth is invalid.`);
  }
  const instances = [...state.fleet.instances.values()]
    .filter((one) => isAsked('ec2:Instance') && ids.includes(one.imageId) && states.includes(one.state))
    .map((one) => ({ imageId: one.imageId, resourceType: 'ec2:Instance', arn: arn(`instance/${one.id}`) }));
  const templates = [...state.templates.values()].flatMap(({ id, versions }) =>
    (isAsked('ec2:LaunchTemplate') ? [...versions.values()].slice(-depth) : [])
      .map(({ data }) => data.text('ImageId') ?? '')
      .filter((imageId, index, all) => ids.includes(imageId) && all.indexOf(imageId) === index)
      .map((imageId) => ({ imageId, resourceType: 'ec2:LaunchTemplate', arn: arn(`launch-template/${id}`) })),
  );
  return { imageReferenceSet: [...instances, ...templates] };
}

/** The values of an option, of whichever type; undefined where it is not given. */
function optionOf(types: readonly Query[], name: string, words?: readonly string[]): string[] | undefined {
  const options = types.flatMap((type) => type.members('ResourceTypeOption'));
  for (const option of options) option.oneOf('OptionName', ['state-name', 'version-depth']);
  const values = options.find((option) => option.text('OptionName') === name)?.texts('OptionValue');
  const odd = values?.find((value) => words !== undefined && !words.includes(value));
  if (odd !== undefined) throw new Refusal('InvalidParameterValue', `Value (${odd}) for ${name} is invalid.`);
  return values;
}

/** Into the region that is asked; its snapshots are new ones. */
export function copyImage(state: State, query: Query): Members {
  const from = state.neighbours.get(query.required('SourceRegion'));
  const sourceId = query.required('SourceImageId');
  const source = from && [...from.images.values()].find(({ id }) => id === sourceId);
  if (!from || !source || source.state !== 'available') {
    throw new Refusal(
      'InvalidRequest',
      `The storage for the ami is not available in the source Region: ${sourceId}`,
    );
  }
  const token = query.text('ClientToken');
  const earlier = token === undefined ? undefined : state.copies.get(token);
  if (earlier) return { imageId: earlier };
  const encrypted = query.flag('Encrypted') ?? false;
  if (query.has('KmsKeyId') && !encrypted) {
    throw new Refusal('InvalidParameterCombination', 'KmsKeyId needs Encrypted to be true');
  }
  const name = checkName(state, query.required('Name'));
  const blockDevices = source.blockDevices.map((device) => copyDevice(from, state, device, query));
  const copiedTags = query.flag('CopyImageTags')
    ? [...source.tags].filter(([key]) => !key.startsWith('aws:'))
    : [];
  const own = imageTags(state, query, blockDevices, 'apply');
  const image: FakeImage = {
    ...source,
    id: state.newId('ami'),
    name,
    description: query.text('Description') ?? `[Copied ${sourceId} from ${from.region}] ${source.name}`,
    blockDevices,
    tags: new Map([...copiedTags, ...own]),
    createdAt: new Date(state.clock.now),
    launchPermissions: new Set(),
    state: 'pending',
    late: { unknown: state.world.lateness.unknownImage, pending: state.world.lateness.image },
  };
  state.images.set(image.id, image);
  if (token !== undefined) state.copies.set(token, image.id);
  return { imageId: image.id };
}

function copyDevice(from: State, to: State, device: BlockDevice, query: Query): BlockDevice {
  const source = from.snapshots.get(device.snapshotId);
  if (!source)
    throw new Refusal('InvalidSnapshot.NotFound', `The snapshot '${device.snapshotId}' does not exist.`);
  const encrypted = source.encrypted || (query.flag('Encrypted') ?? false);
  const blocks = new Map(from.indexes(source).map((index) => [index, from.block(source, index) as Buffer]));
  const id = to.newId('snap');
  to.snapshots.set(id, {
    ...source,
    id,
    parentId: undefined,
    encrypted,
    kmsKeyArn: encrypted
      ? (query.text('KmsKeyId') ?? `arn:aws:kms:${to.region}:${ACCOUNT}:key/default-ebs`)
      : undefined,
    description: `Copied for DestinationAmi from SourceAmi ${query.text('SourceImageId')}`,
    tags: new Map(),
    createVolumePermissions: new Set(),
    startedAt: new Date(to.clock.now),
    blocks,
  });
  return { ...device, snapshotId: id, encrypted };
}

/** Description and launch permissions. */
export function modifyImageAttribute(state: State, query: Query): Members {
  const image = findImage(state, query.required('ImageId'));
  const added = accounts(query, 'LaunchPermission.Add');
  const removed = accounts(query, 'LaunchPermission.Remove');
  const description = query.text('Description.Value');
  const attribute = query.text('Attribute');
  if (attribute !== undefined && !['launchPermission', 'description'].includes(attribute)) {
    throw new Refusal('InvalidParameterValue', `Value (${attribute}) for parameter attribute is invalid.`);
  }
  if (added.length + removed.length === 0 && description === undefined) {
    throw new Refusal('MissingParameter', 'The request must contain a launch permission or a description');
  }
  const encrypted = image.blockDevices.some((device) => device.encrypted && !keyOf(state, device));
  if (added.length > 0 && encrypted) {
    throw new Refusal('InvalidParameter', 'Snapshots encrypted with the AWS Managed CMK can’t be shared.');
  }
  for (const id of added) image.launchPermissions.add(id);
  for (const id of removed) image.launchPermissions.delete(id);
  if (description !== undefined) state.images.set(image.id, Object.assign(image, { description }));
  return { return: true };
}

/** Undefined: the account's default key, which nobody else may use. */
function keyOf(state: State, { snapshotId }: BlockDevice): string | undefined {
  const key = state.snapshots.get(snapshotId)?.kmsKeyArn;
  return key?.endsWith('/default-ebs') ? undefined : key;
}

export function describeImageAttribute(state: State, query: Query): Members {
  const image = findImage(state, query.required('ImageId'));
  const values: Readonly<Record<string, Members>> = {
    launchPermission: {
      launchPermission: [...image.launchPermissions].map((id) =>
        id === 'all' ? { group: id } : { userId: id },
      ),
    },
    description: { description: { value: image.description } },
    bootMode: { bootMode: { value: image.bootMode } },
    tpmSupport: { tpmSupport: { value: image.tpmSupport } },
    imdsSupport: { imdsSupport: { value: image.imdsSupport } },
    uefiData: { uefiData: { value: image.uefiData } },
    kernel: { kernel: { value: image.kernelId } },
    sriovNetSupport: { sriovNetSupport: { value: image.sriovNetSupport } },
  };
  const attribute = query.required('Attribute');
  const found = Object.hasOwn(values, attribute) ? values[attribute] : undefined;
  if (!found)
    throw new Refusal('InvalidParameterValue', `Value (${attribute}) for parameter attribute is invalid.`);
  return { imageId: image.id, ...found };
}

export function resetImageAttribute(state: State, query: Query): Members {
  const image = findImage(state, query.required('ImageId'));
  query.oneOf('Attribute', ['launchPermission']);
  image.launchPermissions.clear();
  return { return: true };
}

export function modifySnapshotAttribute(state: State, query: Query): Members {
  const snapshot = findSnapshot(state, query.required('SnapshotId'));
  query.oneOf('Attribute', ['createVolumePermission', 'productCodes']);
  const added = accounts(query, 'CreateVolumePermission.Add');
  const removed = accounts(query, 'CreateVolumePermission.Remove');
  if (added.length + removed.length === 0) {
    throw new Refusal('MissingParameter', 'The request must contain the parameter CreateVolumePermission');
  }
  for (const id of added) snapshot.createVolumePermissions.add(id);
  for (const id of removed) snapshot.createVolumePermissions.delete(id);
  return { return: true };
}

function accounts(query: Query, name: string): string[] {
  return query.members(name).map((one) => {
    const group = one.oneOf('Group', ['all']);
    if (group !== undefined) return group;
    const id = one.required('UserId');
    if (/^\d{12}$/.test(id)) return id;
    throw new Refusal('InvalidUserID.Malformed', `Invalid user id: "${id}"`);
  });
}
