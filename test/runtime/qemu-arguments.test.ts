import { type GuestSpec, qemuArguments } from '../../lib/runtime/qemu-arguments';

const QEMU = { path: '/usr/bin/qemu-system-x86_64', version: '7.2.0', hasSandbox: true };
const GUEST: GuestSpec = {
  name: 'web-1234abcd-0',
  boot: { kind: 'disk', path: '/state/images/a.disk' },
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
