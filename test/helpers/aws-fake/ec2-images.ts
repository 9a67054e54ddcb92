import { removeSnapshot } from './ec2-snapshots';
import type { Query } from './query';
import { Refusal } from './refusal';
import { type Facets, page, select } from './selection';
import { ACCOUNT } from './settings';
import type { BlockDevice, FakeImage, State } from './state';
import type { Members, Xml } from './xml';

const FACETS: Facets<FakeImage> = {
  name: ({ name }) => [name],
  'image-id': ({ id }) => [id],
  state: ({ state }) => [state],
  'owner-id': () => [ACCOUNT],
  architecture: ({ architecture }) => [architecture],
  description: ({ description }) => [description ?? ''],
  'image-type': () => ['machine'],
  'is-public': ({ launchPermissions }) => [String(launchPermissions.has('all'))],
  'root-device-type': () => ['ebs'],
  'virtualization-type': ({ virtualizationType }) => [virtualizationType],
  'block-device-mapping.snapshot-id': ({ blockDevices }) => blockDevices.map(({ snapshotId }) => snapshotId),
};

/** Every answer that names an image is one poll of it. */
export function describeImages(state: State, query: Query): Members {
  const ids = query.texts('ImageId');
  const visible = [...state.images.values()].filter(({ late }) => late.unknown === 0 || late.unknown-- === 0);
  for (const id of ids) {
    checkId(id);
    if (!visible.some((image) => image.id === id)) throw notFound(id);
  }
  const asked = visible.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const { items, next } = page(select(asked, query, FACETS), query, 'ImageId');
  for (const image of items) {
    if (image.state === 'pending' && image.late.pending-- <= 0) image.state = 'available';
  }
  return { imagesSet: items.map(render), nextToken: next };
}

export function deregisterImage(state: State, query: Query): Members {
  const id = checkId(query.required('ImageId'));
  const image = state.images.get(id);
  if (!image) {
    if (!state.deregistered.has(id)) throw notFound(id);
    throw new Refusal('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`);
  }
  if (image.isProtected) {
    throw new Refusal('OperationNotPermitted', `The image ${id} is protected from deregistration.`);
  }
  const all = query.flag('DeleteAssociatedSnapshots') ?? false;
  state.images.delete(id);
  state.deregistered.add(id);
  const results = all ? image.blockDevices.map((device) => deleteAssociated(state, device)) : [];
  return { return: true, deleteSnapshotResultSet: results };
}

export function findImage(state: State, id: string): FakeImage {
  const image = state.images.get(checkId(id));
  if (!image) throw notFound(id);
  return image;
}

/** A snapshot that another image uses stays. */
function deleteAssociated(state: State, { snapshotId }: BlockDevice): Xml {
  const snapshot = state.snapshots.get(snapshotId);
  if (snapshot && state.imagesOn(snapshotId).length > 0) return { snapshotId, returnCode: 'skipped' };
  if (snapshot) removeSnapshot(state, snapshot);
  return { snapshotId, returnCode: snapshot ? 'success' : 'client-error' };
}

function checkId(id: string): string {
  if (/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) return id;
  throw new Refusal('InvalidAMIID.Malformed', `Invalid id: "${id}" (expecting "ami-...")`);
}

function notFound(id: string): Refusal {
  return new Refusal('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
}

function render(image: FakeImage): Xml {
  return {
    imageId: image.id,
    imageLocation: `${ACCOUNT}/${image.name}`,
    imageState: image.state,
    stateReason: image.stateReason ? { code: 'Client.InternalError', message: image.stateReason } : undefined,
    imageOwnerId: ACCOUNT,
    creationDate: image.createdAt.toISOString(),
    isPublic: image.launchPermissions.has('all'),
    architecture: image.architecture,
    imageType: 'machine',
    kernelId: image.kernelId,
    platformDetails: 'Linux/UNIX',
    usageOperation: 'RunInstances',
    name: image.name,
    description: image.description,
    rootDeviceType: 'ebs',
    rootDeviceName: image.rootDeviceName,
    blockDeviceMapping: image.blockDevices.map(renderDevice),
    virtualizationType: image.virtualizationType,
    hypervisor: 'xen',
    enaSupport: image.enaSupport || undefined,
    sriovNetSupport: image.sriovNetSupport,
    bootMode: image.bootMode,
    tpmSupport: image.tpmSupport,
    imdsSupport: image.imdsSupport,
    deregistrationProtection: image.isProtected ? 'enabled-without-cooldown' : 'disabled',
    tagSet: [...image.tags].map(([key, value]) => ({ key, value })),
  };
}

function renderDevice(device: BlockDevice): Xml {
  const {
    snapshotId,
    volumeSizeGib: volumeSize,
    volumeType,
    deleteOnTermination,
    encrypted,
    iops,
    throughput,
  } = device;
  return {
    deviceName: device.deviceName,
    ebs: { deleteOnTermination, iops, throughput, snapshotId, volumeSize, volumeType, encrypted },
  };
}
