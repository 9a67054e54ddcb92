import { KilnError } from '../errors';
import type { ImageInspection } from '../image';

/** QEMU's machine: `pc` and `q35` are PCs without and with PCI Express, `microvm` one without PCI, `virt` is arm64. */
export type MachineModel = 'pc' | 'q35' | 'microvm' | 'virt';

/** `virtio`: transitional, driven in the old way and the new; `virtio-modern`: in the new only; `virtio-mmio`: without PCI. */
export const NIC_MODELS = ['virtio', 'virtio-modern', 'virtio-mmio', 'vmxnet3', 'e1000', 'rtl8139'] as const;
export type NicModel = (typeof NIC_MODELS)[number];

/** What a disk hangs on; the kinds of virtio are as those of network cards, `scsi` is virtio-scsi. */
export const DISK_BUSES = [
  'virtio',
  'virtio-modern',
  'virtio-mmio',
  'scsi',
  'scsi-modern',
  'nvme',
  'pvscsi',
  'ahci',
  'ide',
] as const;
export type DiskBus = (typeof DISK_BUSES)[number];

/** The devices of one guest. */
export interface MachineDevices {
  readonly machine: MachineModel;
  /** Null for a guest without a network. */
  readonly nic: NicModel | null;
  readonly bus: DiskBus;
}

/** What suits whatever is not known better: PCI and transitional virtio, as clouds had it for years. */
export const DEFAULT_DEVICES: MachineDevices = { machine: 'pc', nic: 'virtio', bus: 'virtio' };

/** What of a guest decides about its devices. */
export interface GuestTraits {
  readonly architecture: 'x86-64' | 'arm64';
  /** `kernel`: QEMU loads it; `disk`: the firmware finds it. */
  readonly boot: 'kernel' | 'disk';
  readonly isUefi: boolean;
  /** Whose drivers count; nothing is refused where they are not known. */
  readonly system: ImageInspection['system'];
}

/** Devices that somebody asks for. */
export interface DeviceWishes {
  readonly nic?: NicModel | undefined;
  readonly bus?: DiskBus | undefined;
}

export interface ChosenDevices {
  readonly devices: MachineDevices;
  /** What the choice leaves wanting, one sentence each, lowercase, without a full stop. */
  readonly notices: readonly string[];
}

type Driver = NonNullable<NonNullable<ImageInspection['system']>['drivers']>[number];

/** In order of preference. A transitional card is for those who know the old way; the new way may expect its own number. */
const NICS: Readonly<Record<NicModel, Driver>> = {
  virtio: 'virtio-net-legacy',
  'virtio-modern': 'virtio-net',
  'virtio-mmio': 'virtio-net-mmio',
  vmxnet3: 'vmxnet3',
  e1000: 'e1000',
  rtl8139: 'rtl8139',
};
const BUSES: Readonly<Record<DiskBus, Driver>> = {
  virtio: 'virtio-blk-legacy',
  'virtio-modern': 'virtio-blk',
  'virtio-mmio': 'virtio-blk-mmio',
  scsi: 'virtio-scsi-legacy',
  'scsi-modern': 'virtio-scsi',
  nvme: 'nvme',
  pvscsi: 'pvscsi',
  ahci: 'ahci',
  ide: 'ide',
};

/** For those who must not see the disk that they came from; virtio-scsi is what Compute Engine has. */
const UNSEEN_BUSES: readonly DiskBus[] = ['scsi', 'nvme', 'ahci', 'ide'];

/**
 * The machine and devices for an image: those that were asked for, else the first that it drives.
 * @throws KilnError `run.devices` for wishes that no one machine has
 */
export function chooseDevices(guest: GuestTraits, wishes: DeviceWishes = {}): ChosenDevices {
  const machine = chooseMachine(guest, wishes);
  requireOn(machine, '--nic', wishes.nic);
  requireOn(machine, '--bus', wishes.bus);
  const nic =
    wishes.nic ?? (wantsNetwork(guest) ? firstDriven(NIC_MODELS, NICS, machine, guest.system) : null) ?? null;
  // Whoever is in memory as a whole needs no driver for the disk that it came from.
  const reads = guest.system?.needsDisk ? guest.system : undefined;
  const buses = refusesDisk(guest) ? UNSEEN_BUSES : DISK_BUSES;
  const bus = wishes.bus ?? firstDriven(buses, BUSES, machine, reads) ?? firstOn(buses, machine);
  const notices = [
    ...(wishes.nic ? unknownDriver(guest, '--nic', wishes.nic, NICS[wishes.nic]) : []),
    ...(wishes.bus && reads ? unknownDriver(guest, '--bus', wishes.bus, BUSES[wishes.bus]) : []),
    ...(nic === null
      ? [wantsNetwork(guest) ? `${withoutNetwork(guest)}, so it has no network` : 'it asks for no network']
      : []),
  ];
  return { devices: { machine, nic, bus }, notices };
}

/** A manifest that names no network card means it: Solo5 does not start beside one. */
function wantsNetwork({ system }: GuestTraits): boolean {
  return system?.asksFor?.networks !== 0;
}

/** Nor beside a virtio disk, though it be its own; one on another bus it does not see. */
function refusesDisk({ system }: GuestTraits): boolean {
  return system?.asksFor?.disks === 0;
}

/** `Toro drives only virtio-vsock-mmio, which is no network card of QEMU`, for messages. */
export function withoutNetwork({ system }: Pick<GuestTraits, 'system'>): string {
  const drivers = driversOf(system) ?? [];
  const what = drivers.length === 0 ? 'no device' : `only ${drivers.join(', ')}`;
  return `${system?.title ?? 'the image'} drives ${what}: no network card that this machine of QEMU can have`;
}

function chooseMachine(guest: GuestTraits, wishes: DeviceWishes): MachineModel {
  if (guest.architecture === 'arm64') return 'virt';
  const asked = wishes.nic === 'virtio-mmio' || wishes.bus === 'virtio-mmio';
  if (asked || (guest.boot === 'kernel' && wishes.nic === undefined && drivesOnlyMmio(guest))) {
    if (guest.boot === 'kernel') return 'microvm';
    throw new KilnError("a machine with 'virtio-mmio' has no PCI and boots kernels, not disks", {
      code: 'run.devices',
      remedy: 'Give the kernel itself and leave out --disk and --uefi, or choose another device.',
    });
  }
  if (!guest.isUefi) return 'pc';
  return wishes.bus === 'ide' ? 'pc' : 'q35';
}

function drivesOnlyMmio({ system }: GuestTraits): boolean {
  if (driversOf(system) === undefined) return false;
  return (
    firstDriven(NIC_MODELS, NICS, 'pc', system) === undefined &&
    firstDriven(NIC_MODELS, NICS, 'microvm', system) !== undefined
  );
}

function isOn(machine: MachineModel, model: NicModel | DiskBus): boolean {
  if (machine === 'microvm') return model === 'virtio-mmio';
  if (model === 'virtio-mmio') return machine === 'virt';
  return model !== 'ide' || machine === 'pc';
}

function firstOn<T extends NicModel | DiskBus>(models: readonly T[], machine: MachineModel): T {
  return models.find((model) => isOn(machine, model)) as T;
}

/** Undefined where it drives none of them; drivers that only some builds have count when there are no others. */
function firstDriven<T extends NicModel | DiskBus>(
  models: readonly T[],
  drivers: Readonly<Record<T, Driver>>,
  machine: MachineModel,
  system: GuestTraits['system'],
): T | undefined {
  if (driversOf(system) === undefined) return firstOn(models, machine);
  const among = (known: readonly Driver[] = []) =>
    models.find((model) => isOn(machine, model) && known.includes(drivers[model]));
  return among(system?.drivers) ?? among(system?.maybeDrivers);
}

/** All that it may drive; undefined where nothing is known. */
function driversOf(system: GuestTraits['system']): readonly Driver[] | undefined {
  return system?.drivers && [...system.drivers, ...(system.maybeDrivers ?? [])];
}

function requireOn(machine: MachineModel, option: string, model: NicModel | DiskBus | undefined): void {
  if (model === undefined || isOn(machine, model)) return;
  throw new KilnError(`'${option}' is '${model}', which QEMU's machine '${machine}' does not have`, {
    code: 'run.devices',
    remedy: 'Leave the option out, or choose another device.',
  });
}

function unknownDriver(guest: GuestTraits, option: string, model: string, driver: Driver): string[] {
  const drivers = driversOf(guest.system);
  const isDriven =
    drivers === undefined ||
    drivers.includes(driver) ||
    // A transitional card is a modern one as well.
    (model === 'virtio' && drivers.includes(driver.replace('-legacy', '') as Driver));
  return isDriven ? [] : [`${guest.system?.title} is not known to drive '${model}' (${option})`];
}
