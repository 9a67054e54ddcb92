import type { ImageInspection } from '../../lib/image';
import { chooseDevices, type DeviceWishes, type GuestTraits } from '../../lib/runtime/machine-devices';

type RecognisedSystem = NonNullable<ImageInspection['system']>;
type Drivers = RecognisedSystem['drivers'];

function system(drivers: Drivers, more: Partial<RecognisedSystem> = {}): RecognisedSystem {
  const known = { id: 'sample', title: 'Sample', because: 'a test', offset: 0 };
  const data = { dropsFirstWord: false, needsDisk: false, argumentStyle: 'command-line' } as const;
  return { ...known, ...data, drivers, ...more };
}

const KERNEL: GuestTraits = { architecture: 'x86-64', boot: 'kernel', isUefi: false, system: undefined };
const choose = (guest: Partial<GuestTraits>, wishes: DeviceWishes = {}) =>
  chooseDevices({ ...KERNEL, ...guest }, wishes);

test.each<[string, Partial<GuestTraits>, string, string | null, string]>([
  ['nothing is known', {}, 'pc', 'virtio', 'virtio'],
  ['no drivers are known', { system: system(undefined) }, 'pc', 'virtio', 'virtio'],
  ['both ways of virtio', { system: system(['virtio-net', 'virtio-net-legacy']) }, 'pc', 'virtio', 'virtio'],
  ['legacy virtio', { system: system(['virtio-net-legacy']) }, 'pc', 'virtio', 'virtio'],
  ['modern virtio', { system: system(['virtio-net', 'rtl8139']) }, 'pc', 'virtio-modern', 'virtio'],
  ['an old card', { system: system(['rtl8139']) }, 'pc', 'rtl8139', 'virtio'],
  ['cards of clouds and one of VMware', { system: system(['ena', 'vmxnet3']) }, 'pc', 'vmxnet3', 'virtio'],
  ['virtio without PCI', { system: system(['virtio-net-mmio']) }, 'microvm', 'virtio-mmio', 'virtio-mmio'],
  [
    'virtio without PCI on a disk',
    { system: system(['virtio-net-mmio']), boot: 'disk' },
    'pc',
    null,
    'virtio',
  ],
  ['UEFI', { isUefi: true, boot: 'disk' }, 'q35', 'virtio', 'virtio'],
  ['arm64', { architecture: 'arm64' }, 'virt', 'virtio', 'virtio'],
  [
    'arm64, virtio without PCI',
    { architecture: 'arm64', system: system(['virtio-net-mmio']) },
    'virt',
    'virtio-mmio',
    'virtio',
  ],
  [
    'a disk that is read later, by NVMe',
    { boot: 'disk', system: system(['virtio-net', 'nvme', 'ide'], { needsDisk: true }) },
    'pc',
    'virtio-modern',
    'nvme',
  ],
  [
    'a disk that only the loader reads',
    { boot: 'disk', system: system(['virtio-net', 'nvme']) },
    'pc',
    'virtio-modern',
    'virtio',
  ],
  [
    'what only some builds drive, where there is nothing else',
    { system: system([], { maybeDrivers: ['e1000'] }) },
    'pc',
    'e1000',
    'virtio',
  ],
  [
    'what every build drives before what only some do',
    { system: system(['rtl8139'], { maybeDrivers: ['virtio-net'] }) },
    'pc',
    'rtl8139',
    'virtio',
  ],
])('%s', (_, guest, machine, nic, bus) => {
  expect(choose(guest).devices).toEqual({ machine, nic, bus });
});

test('what was asked for counts, with a word on what is not known to be driven', () => {
  const guest = { boot: 'disk', system: system(['virtio-net', 'virtio-blk'], { needsDisk: true }) } as const;
  expect(choose(guest, { nic: 'e1000', bus: 'ide' })).toEqual({
    devices: { machine: 'pc', nic: 'e1000', bus: 'ide' },
    notices: ["Sample is not known to drive 'e1000' (--nic)", "Sample is not known to drive 'ide' (--bus)"],
  });
  expect(choose(guest, { nic: 'virtio', bus: 'virtio' }).notices).toEqual([]);
});

test('a machine without PCI is had for asking', () => {
  expect(choose({}, { nic: 'virtio-mmio' }).devices).toEqual({
    machine: 'microvm',
    nic: 'virtio-mmio',
    bus: 'virtio-mmio',
  });
});

test('who starts beside no device that its manifest does not name gets none, and its disk where it does not see it', () => {
  const asking = (networks: number, disks: number) =>
    system(['virtio-net-legacy', 'virtio-blk-legacy'], { asksFor: { networks, disks } });
  expect(choose({ boot: 'disk', system: asking(0, 0) })).toEqual({
    devices: { machine: 'pc', nic: null, bus: 'scsi' },
    notices: ['it asks for no network'],
  });
  expect(choose({ boot: 'disk', system: asking(1, 0) })).toEqual({
    devices: { machine: 'pc', nic: 'virtio', bus: 'scsi' },
    notices: [],
  });
  expect(choose({ boot: 'disk', system: asking(1, 1) }).devices.bus).toBe('virtio');
  expect(
    choose({ boot: 'disk', system: asking(0, 0) }, { nic: 'virtio', bus: 'virtio' }).devices,
  ).toMatchObject({
    nic: 'virtio',
    bus: 'virtio',
  });
});

test('an ATA disk with UEFI is on the older PC, which has ATA', () => {
  expect(choose({ isUefi: true, boot: 'disk' }, { bus: 'ide' }).devices.machine).toBe('pc');
});

test('who drives no card of QEMU gets none, and it is said', () => {
  expect(choose({ system: system(['ena', 'gve']) })).toMatchObject({
    devices: { nic: null },
    notices: [
      'Sample drives only ena, gve: no network card that this machine of QEMU can have, so it has no network',
    ],
  });
  expect(choose({ system: system([]) }).notices).toEqual([
    'Sample drives no device: no network card that this machine of QEMU can have, so it has no network',
  ]);
});

test.each<[Partial<GuestTraits>, DeviceWishes, string]>([
  [
    { boot: 'disk' },
    { bus: 'virtio-mmio' },
    "a machine with 'virtio-mmio' has no PCI and boots kernels, not disks",
  ],
  [
    {},
    { nic: 'virtio-mmio', bus: 'nvme' },
    "'--bus' is 'nvme', which QEMU's machine 'microvm' does not have",
  ],
  [{ architecture: 'arm64' }, { bus: 'ide' }, "'--bus' is 'ide', which QEMU's machine 'virt' does not have"],
])('refuses devices that no one machine has: %j %j', (guest, wishes, message) => {
  expect(() => choose(guest, wishes)).toThrow(expect.objectContaining({ code: 'run.devices', message }));
});
