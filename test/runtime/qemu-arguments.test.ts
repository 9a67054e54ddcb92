import { DEFAULT_DEVICES, type MachineDevices } from '../../lib/runtime/machine-devices';
import { type GuestSpec, qemuArguments } from '../../lib/runtime/qemu-arguments';

const QEMU = { path: '/usr/bin/qemu-system-x86_64', version: '7.2.0', hasSandbox: true };
const GUEST: GuestSpec = {
  name: 'web-1234abcd-0',
  boot: { kind: 'disk', path: '/state/images/a.disk' },
  devices: DEFAULT_DEVICES,
  firmware: null,
  memoryMib: 32,
  accelerator: 'tcg',
  port: { guest: 8080, host: 40001 },
  peers: [],
  pidFile: '/state/i/qemu.pid',
  consoleFile: '/state/i/console.log',
  qmpSocket: '/state/q/1.sock',
};

function optionOf(guest: Partial<GuestSpec>, option: string, qemu = QEMU): string | undefined {
  const args = qemuArguments(qemu, { ...GUEST, ...guest });
  return args[args.indexOf(option) + 1];
}

test('the network reaches nothing that was not declared', () => {
  expect(optionOf({}, '-netdev')).toBe(
    'user,id=net,restrict=on,hostname=web-1234abcd-0,hostfwd=tcp:127.0.0.1:40001-:8080',
  );
  expect(optionOf({ port: null }, '-netdev')).toBe('user,id=net,restrict=on,hostname=web-1234abcd-0');
});

test('each connection to a peer is given to its program, quoted for QEMU and for its splitter', () => {
  const peers = [{ address: '10.0.2.100', port: 9000, command: ['/bin/socat', "it's, a path", '-'] }];
  expect(optionOf({ peers }, '-netdev')).toContain(
    "guestfwd=tcp:10.0.2.100:9000-cmd:'/bin/socat' 'it'\\''s,, a path' '-'",
  );
});

test('only a guest with peers may have programs started for it', () => {
  const peers = [{ address: '10.0.2.100', port: 9000, command: ['true'] }];
  expect(optionOf({}, '-sandbox')).toContain('spawn=deny');
  expect(optionOf({ peers }, '-sandbox')).toContain('spawn=allow');
  expect(qemuArguments({ ...QEMU, hasSandbox: false }, GUEST)).not.toContain('-sandbox');
});

test('what Kiln forged is shared and read-only; a disk of the user may be written, for nobody to see', () => {
  expect(optionOf({}, '-drive')).toBe(
    'if=none,id=disk,format=raw,readonly=on,file.driver=file,file.filename=/state/images/a.disk,file.locking=off',
  );
  const path = '/state/a,b.raw';
  expect(optionOf({ boot: { kind: 'scratch-disk', path } }, '-drive')).toBe(
    'if=none,id=disk,format=raw,snapshot=on,file.driver=file,file.filename=/state/a,,b.raw,file.locking=off',
  );
});

test('a kernel gets its command line as it is', () => {
  const boot = {
    kind: 'kernel',
    path: '/images/a.kernel',
    commandLine: '--a=1,2 "b c"',
    initrd: null,
  } as const;
  expect(optionOf({ boot }, '-kernel')).toBe('/images/a.kernel');
  expect(optionOf({ boot }, '-append')).toBe('--a=1,2 "b c"');
  expect(qemuArguments(QEMU, { ...GUEST, boot: { ...boot, commandLine: '' } })).not.toContain('-append');
  expect(optionOf({ boot: { ...boot, initrd: '/images/a.initrd' } }, '-initrd')).toBe('/images/a.initrd');
  expect(qemuArguments(QEMU, { ...GUEST, boot })).not.toContain('-initrd');
});

test('an accelerated guest sees the processor as it is', () => {
  expect(optionOf({ accelerator: 'kvm' }, '-cpu')).toBe('host');
  expect(optionOf({ accelerator: 'tcg' }, '-cpu')).toBe('max');
});

describe('devices', () => {
  const devicesOf = (devices: Partial<MachineDevices>, guest: Partial<GuestSpec> = {}) => {
    const args = qemuArguments(QEMU, { ...GUEST, ...guest, devices: { ...DEFAULT_DEVICES, ...devices } });
    return args.flatMap((arg, index) => (arg === '-device' ? [args[index + 1]] : []));
  };

  test('whatever is not known better gets a PC with transitional virtio', () => {
    expect(optionOf({}, '-machine')).toBe('pc');
    expect(devicesOf({})).toEqual([
      'virtio-net-pci,netdev=net,romfile=',
      'virtio-blk-pci,drive=disk,bootindex=0',
    ]);
  });

  test.each([
    ['virtio-modern', 'virtio-net-pci,disable-legacy=on,netdev=net,romfile='],
    ['virtio-mmio', 'virtio-net-device,netdev=net'],
    ['vmxnet3', 'vmxnet3,netdev=net,romfile='],
    ['e1000', 'e1000,netdev=net,romfile='],
    ['rtl8139', 'rtl8139,netdev=net,romfile='],
  ] as const)('the network card %s is %s', (nic, device) => {
    expect(devicesOf({ nic })[0]).toBe(device);
  });

  test('a guest without a network card has no network either', () => {
    const args = qemuArguments(QEMU, { ...GUEST, devices: { ...DEFAULT_DEVICES, nic: null } });
    expect(args.join(' ')).not.toMatch(/net[=,]/);
  });

  test.each([
    ['virtio-modern', ['virtio-blk-pci,disable-legacy=on,drive=disk,bootindex=0']],
    ['virtio-mmio', ['virtio-blk-device,drive=disk,bootindex=0']],
    ['scsi', ['virtio-scsi-pci,id=scsi', 'scsi-hd,bus=scsi.0,drive=disk,bootindex=0']],
    [
      'scsi-modern',
      ['virtio-scsi-pci,disable-legacy=on,id=scsi', 'scsi-hd,bus=scsi.0,drive=disk,bootindex=0'],
    ],
    ['nvme', ['nvme,serial=kiln,drive=disk,bootindex=0']],
    ['pvscsi', ['pvscsi,id=scsi', 'scsi-hd,bus=scsi.0,drive=disk,bootindex=0']],
    ['ahci', ['ahci,id=ahci', 'ide-hd,bus=ahci.0,drive=disk,bootindex=0']],
    ['ide', ['ide-hd,bus=ide.0,drive=disk,bootindex=0']],
  ] as const)('a disk on %s is %j', (bus, devices) => {
    expect(devicesOf({ bus }).slice(1)).toEqual(devices);
  });

  test('an ATA disk may be written to, for nobody to see, because QEMU refuses it otherwise', () => {
    expect(optionOf({ devices: { ...DEFAULT_DEVICES, bus: 'ahci' } }, '-drive')).toContain('snapshot=on');
    expect(optionOf({ devices: { ...DEFAULT_DEVICES, bus: 'nvme' } }, '-drive')).toContain('readonly=on');
  });

  test('a machine without PCI tells its devices on the command line, as Firecracker does', () => {
    const devices = { machine: 'microvm', nic: 'virtio-mmio', bus: 'virtio-mmio' } as const;
    expect(optionOf({ devices }, '-machine')).toBe('microvm,acpi=off');
    expect(optionOf({ devices }, '-global')).toBe('virtio-mmio.force-legacy=off');
  });

  test('an arm64 guest gets a processor that guests know', () => {
    const devices = { ...DEFAULT_DEVICES, machine: 'virt' } as const;
    expect(optionOf({ devices }, '-cpu')).toBe('cortex-a72');
  });
});

test("the firmware is read, and what it writes is the guest's own", () => {
  const firmware = { code: '/fw/a,b.fd', variables: '/fw/vars.fd' };
  const args = qemuArguments(QEMU, { ...GUEST, firmware });
  expect(args.filter((arg) => arg.startsWith('if=pflash'))).toEqual([
    'if=pflash,unit=0,format=raw,readonly=on,file=/fw/a,,b.fd',
    'if=pflash,unit=1,format=raw,snapshot=on,file=/fw/vars.fd',
  ]);
});
