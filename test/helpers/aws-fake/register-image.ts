import { findSnapshot } from './ec2-snapshots';
import type { Query } from './query';
import { Refusal } from './refusal';
import type { BlockDevice, FakeImage, State } from './state';
import { findBadTag } from './tags';
import type { Members } from './xml';

const ARCHITECTURES = ['i386', 'x86_64', 'arm64', 'x86_64_mac', 'arm64_mac'];
const BOOT_MODES = ['legacy-bios', 'uefi', 'uefi-preferred'];
const VOLUME_TYPES = ['standard', 'io1', 'io2', 'gp2', 'sc1', 'st1', 'gp3'];

/** Makes a pending image, with the defaults of the real API: a 32-bit paravirtual one. */
export function registerImage(state: State, query: Query): Members {
  const name = checkName(state, query.required('Name'));
  const blockDevices = query.members('BlockDeviceMapping').map((mapping) => blockDevice(state, mapping));
  const image: FakeImage = {
    id: state.newId('ami'),
    name,
    description: checkDescription(query.text('Description')),
    architecture: query.oneOf('Architecture', ARCHITECTURES) ?? 'i386',
    virtualizationType: query.oneOf('VirtualizationType', ['hvm', 'paravirtual']) ?? 'paravirtual',
    bootMode: query.oneOf('BootMode', BOOT_MODES),
    enaSupport: query.flag('EnaSupport') ?? false,
    sriovNetSupport: query.oneOf('SriovNetSupport', ['simple']),
    imdsSupport: query.oneOf('ImdsSupport', ['v2.0']),
    tpmSupport: query.oneOf('TpmSupport', ['v2.0']),
    uefiData: checkUefiData(query.text('UefiData')),
    kernelId: query.text('KernelId'),
    rootDeviceName: query.required('RootDeviceName'),
    blockDevices,
    tags: imageTags(state, query, blockDevices, 'check'),
    createdAt: new Date(state.clock.now),
    launchPermissions: new Set(),
    state: 'pending',
    stateReason: undefined,
    late: { unknown: state.world.lateness.unknownImage, pending: state.world.lateness.image },
  };
  checkDevices(image);
  checkCombination(image);
  imageTags(state, query, blockDevices, 'apply');
  state.images.set(image.id, image);
  return { imageId: image.id };
}

export function checkName(state: State, name: string): string {
  if (!/^[\w()[\] ./\-'@]{3,128}$/.test(name)) {
    throw new Refusal(
      'InvalidAMIName.Malformed',
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'",
    );
  }
  const same = [...state.images.values()].find((image) => image.name === name);
  if (same)
    throw new Refusal('InvalidAMIName.Duplicate', `AMI name ${name} is already in use by AMI ${same.id}`);
  return name;
}

function checkDescription(text: string | undefined): string | undefined {
  if ((text?.length ?? 0) <= 255) return text;
  throw new Refusal('InvalidParameterValue', 'The description must be at most 255 characters');
}

function checkUefiData(text: string | undefined): string | undefined {
  if (text === undefined || (text.length <= 65_536 && /^[A-Za-z0-9+/]+={0,2}$/.test(text))) return text;
  throw new Refusal('InvalidParameterValue', 'uefiData must be base64 of at most 64 KB');
}

function blockDevice(state: State, mapping: Query): BlockDevice {
  const deviceName = mapping.required('DeviceName');
  const snapshot = findSnapshot(state, mapping.required('Ebs.SnapshotId'));
  if (mapping.has('Ebs.Encrypted')) {
    throw badDevice(
      `the encrypted flag cannot be specified since device ${deviceName} has a snapshot specified.`,
    );
  }
  if (snapshot.state !== 'completed') {
    throw new Refusal('IncorrectState', `The snapshot '${snapshot.id}' is ${snapshot.state}, not completed`);
  }
  const volumeType = mapping.oneOf('Ebs.VolumeType', VOLUME_TYPES) ?? 'gp2';
  const volumeSizeGib = mapping.number('Ebs.VolumeSize') ?? snapshot.volumeSizeGib;
  if (volumeSizeGib < snapshot.volumeSizeGib) {
    const expected = `expect size >= ${snapshot.volumeSizeGib}GB`;
    throw badDevice(
      `Volume of size ${volumeSizeGib}GB is smaller than snapshot '${snapshot.id}', ${expected}`,
    );
  }
  return {
    deviceName,
    snapshotId: snapshot.id,
    volumeSizeGib,
    volumeType,
    deleteOnTermination: mapping.flag('Ebs.DeleteOnTermination') ?? true,
    encrypted: snapshot.encrypted,
    ...performance(mapping, volumeType),
  };
}

function performance(mapping: Query, type: string): Pick<BlockDevice, 'iops' | 'throughput'> {
  const iops = mapping.number('Ebs.Iops');
  const throughput = mapping.number('Ebs.Throughput');
  if (iops !== undefined && !['io1', 'io2', 'gp3'].includes(type)) {
    throw new Refusal(
      'InvalidParameterCombination',
      `The parameter iops is not supported for ${type} volumes.`,
    );
  }
  if (iops === undefined && ['io1', 'io2'].includes(type)) {
    throw new Refusal('MissingParameter', `The parameter iops must be specified for ${type} volumes.`);
  }
  if (throughput !== undefined && type !== 'gp3') {
    throw new Refusal(
      'InvalidParameterCombination',
      `The parameter throughput is not supported for ${type} volumes.`,
    );
  }
  return { iops, throughput };
}

function checkDevices({ blockDevices, rootDeviceName }: FakeImage): void {
  const names = blockDevices.map(({ deviceName }) => deviceName);
  if (new Set(names).size < names.length) throw badDevice(`a device is mapped twice: ${names}`);
  const odd = names.find((name) => !/^\/dev\/(sd[a-z]\d*|xvd[a-z]{1,2}\d*)$/.test(name));
  if (odd !== undefined) throw badDevice(`Invalid device name ${odd}`);
  if (!names.includes(rootDeviceName)) throw badDevice(`No mapping of the root device ${rootDeviceName}`);
}

/** Pairs that the documentation of RegisterImage rules out. */
function checkCombination(image: FakeImage): void {
  const { architecture, virtualizationType, bootMode, tpmSupport, kernelId, uefiData } = image;
  const pv = virtualizationType === 'paravirtual';
  const faults = [
    pv && architecture.startsWith('arm64') && 'architecture arm64 needs the virtualization type hvm',
    architecture === 'i386' &&
      !pv &&
      bootMode?.startsWith('uefi') &&
      'boot mode uefi is not supported for i386',
    pv && bootMode !== undefined && 'boot mode is not supported for the virtualization type paravirtual',
    architecture === 'arm64' && bootMode === 'legacy-bios' && 'architecture arm64 boots only by uefi',
    tpmSupport && bootMode !== 'uefi' && 'tpmSupport needs the boot mode uefi',
    uefiData && !bootMode?.startsWith('uefi') && 'uefiData needs a boot mode of uefi',
    kernelId && !pv && 'kernelId is not supported for the virtualization type hvm',
    kernelId && !/^aki-[0-9a-f]{8,17}$/.test(kernelId) && `${kernelId} is not a kernel id`,
  ].filter((fault) => typeof fault === 'string' && fault !== '');
  if (faults.length > 0) throw new Refusal('InvalidParameterCombination', faults.join('; '));
}

/** The image's tags; those for its snapshots are written when asked to. */
export function imageTags(
  state: State,
  query: Query,
  devices: readonly BlockDevice[],
  mode: 'check' | 'apply',
): Map<string, string> {
  const own = new Map<string, string>();
  for (const specification of query.members('TagSpecification')) {
    const type = specification.required('ResourceType');
    if (type !== 'image' && type !== 'snapshot') {
      throw new Refusal(
        'InvalidParameterValue',
        `'${type}' is not a valid taggable resource type for this operation.`,
      );
    }
    const tags = specification.tags('Tag');
    const bad = findBadTag('ec2', tags);
    if (bad) throw new Refusal('InvalidParameterValue', bad);
    const targets =
      type === 'image' ? [own] : devices.map(({ snapshotId }) => state.snapshots.get(snapshotId)?.tags);
    if (type === 'snapshot' && mode === 'check') continue;
    for (const target of targets) for (const [key, value] of tags) target?.set(key, value);
  }
  return own;
}

function badDevice(message: string): Refusal {
  return new Refusal('InvalidBlockDeviceMapping', message);
}
