import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { basename, join } from 'node:path';
import { commandLine, forgeDisk, loadLoader } from '../../lib/image';
import { temporaryFolder } from '../helpers/boot-fixture';
import { endGuest, endGuestsAfterwards, type HttpGuest, startGuest } from '../helpers/http-guest';
import { LINUX_MICROVM, linuxMicrovm, testWithLinux } from '../helpers/linux-microvm';
import { testWithUefi, uefiMachine } from '../helpers/uefi-guest';

// Under emulation, beside other tests: a boot from a disk takes 6 s alone.
jest.setTimeout(180_000);

const GREETING = 'good  "day", it\'s $x $' + '{y} back\\slash; #1 ünïcödé → 火';
const BOOT_ARGS = [`--greeting=${GREETING}`, '--version=7', '--keepalive-age=0'];
const ANSWER = `${GREETING} version=7 instance=guest-7\n`;

const boots = testWithLinux('amd64', 'qemu-system-x86_64', 'make', 'gcc');
const folder = temporaryFolder();
endGuestsAfterwards();

const VIRTIO_NET = ['-device', 'virtio-net-pci,netdev=net,romfile='];

function startPc(args: readonly string[]): Promise<HttpGuest> {
  const machine = ['-machine', 'pc', '-cpu', 'max', '-m', '128'];
  return startGuest('qemu-system-x86_64', [...machine, ...VIRTIO_NET, ...args]);
}

const BUSES = {
  'virtio-blk': ['-device', 'virtio-blk-pci,drive=disk'],
  'virtio-scsi': ['-device', 'virtio-scsi-pci', '-device', 'scsi-hd,drive=disk'],
  NVMe: ['-device', 'nvme,drive=disk,serial=1'],
  IDE: ['-device', 'ide-hd,drive=disk'],
} as const;

describe('the forged disk', () => {
  let guests: Promise<Record<string, HttpGuest>> | undefined;

  /** All at once: they share the time in which the others' loaders wait for their disks. */
  async function startAll(): Promise<Record<string, HttpGuest>> {
    const { kernel, initrd } = linuxMicrovm();
    const disk = join(folder, 'linux.raw');
    await forgeDisk(kernel, { bootArgs: BOOT_ARGS, initrd }, loadLoader('bios'), disk);
    // An IDE disk may not be read-only; a snapshot keeps the file as it is.
    const drive = ['-drive', `if=none,id=disk,format=raw,snapshot=on,file=${disk}`];
    const started = Object.entries(BUSES).map(
      async ([bus, device]) => [bus, await startPc([...drive, ...device])] as const,
    );
    return Object.fromEntries(await Promise.all(started));
  }

  boots.each(Object.keys(BUSES))('boots from %s and answers with the arguments it was given', async (bus) => {
    guests ??= startAll();
    const guest = (await guests)[bus]!;
    expect(await guest.answer()).toBe(ANSWER);
    await guest.says('http: listening on port 8080');
    await endGuest(guest);
  });
});

const bootsByUefi = boots === test ? testWithUefi('x86-64') : boots;
bootsByUefi('a disk forged for UEFI boots by OVMF from NVMe, with the same arguments', async () => {
  const { kernel, initrd } = linuxMicrovm();
  const disk = join(folder, 'uefi.raw');
  await forgeDisk(kernel, { bootArgs: BOOT_ARGS, initrd, layout: 'uefi' }, loadLoader('uefi'), disk);
  const devices = ['-device', 'nvme,serial=1,drive=disk0', '-m', '256', ...VIRTIO_NET];
  const guest = await startGuest('qemu-system-x86_64', uefiMachine('x86-64', disk, devices));
  expect(await guest.answer()).toBe(ANSWER);
  await endGuest(guest);
});

/** By QEMU's own loader, which is there in half the time. */
function startDirectly(...bootArgs: readonly string[]): Promise<HttpGuest> {
  const { kernel, initrd } = linuxMicrovm();
  return startPc(['-kernel', kernel, '-initrd', initrd, '-append', commandLine(bootArgs)]);
}

boots('QEMU loads kernel and initramfs itself, with the same arguments', async () => {
  const guest = await startDirectly(...BOOT_ARGS);
  expect(await guest.answer()).toBe(ANSWER);
  await endGuest(guest);
});

boots('it serves HTTP as the hello unikernel does', async () => {
  const guest = await startDirectly('--version=2', '--name=lx', '--keepalive-age=0', '--typo=x');
  expect(await guest.answer()).toBe('hello version=2 instance=lx\n');
  const { status, headers } = await fetch(guest.url);
  expect([status, headers.get('x-kiln-version'), headers.get('x-kiln-instance')]).toEqual([200, '2', 'lx']);
  expect(await guest.answer('/healthz')).toBe('ok\n');
  expect(await guest.answer('/slow?ms=300')).toBe('slept\n');
  expect(await guest.answer('/stats')).toMatch(/^uptime_ms \d+\nrequests \d+\nconnections_opened \d+\n$/);
  expect((await fetch(`${guest.url}/nothing`)).status).toBe(404);
  expect((await fetch(guest.url, { method: 'POST', body: 'x' })).status).toBe(405);
  await guest.says('args: unknown option --typo, ignored');

  const last = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const both = await exchange(guest.port, `GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc${last}`);
  expect(both.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(await exchange(guest.port, 'hello?\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await exchange(guest.port, 'GET / HTTP/1.1\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
  expect(await exchange(guest.port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(5000)}`)).toMatch(/^HTTP\/1\.1 431 /);
  expect(await exchange(guest.port, 'GET / HTTP/2.0\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1\.1 505 /);

  const kept = await keepAlive(guest, 64);
  expect(kept).toEqual(Array.from({ length: 64 }, () => ['ok\n', 'ok\n']));
  await endGuest(guest);
});

boots('a crash says so on the console, and ends the guest', async () => {
  const guests = await Promise.all([
    startDirectly('--crash-after=0.5'),
    startDirectly('--crash-after=0.5', '--crash-how=page-fault', 'console=ttyS0'),
  ]);
  await Promise.all(guests.map(({ ended }) => ended));
  const [told, faulted] = guests.map((guest) => guest.console());
  expect(told).toMatch(/fault: crash\s+panic: fault: --crash-after\s+powering off/);
  expect(faulted).toContain('Kernel panic - not syncing: Attempted to kill init!');
});

boots('the initramfs is the same bytes wherever and whenever it is made, dependencies first', () => {
  const { initrd } = linuxMicrovm();
  const build = join(LINUX_MICROVM, 'build/amd64');
  const again = join(folder, 'again.cpio');
  const modules = ['xen-netfront', 'gve', 'virtio_net', 'ena', 'virtio-mmio', 'virtio_pci'];
  const make = (out: string, names: readonly string[]) =>
    execFileSync(process.execPath, [
      join(LINUX_MICROVM, 'initramfs.mjs'),
      ...[out, join(build, 'init'), join(build, 'kernel'), ...names],
    ]);
  make(again, ['virtio_pci', 'virtio_mmio', 'virtio_net', 'ena', 'gve', 'xen-netfront']);
  expect(readFileSync(again).equals(readFileSync(initrd))).toBe(true);

  make(again, modules);
  const names = namesIn(readFileSync(again));
  expect(names.slice(0, 6)).toEqual(['dev', 'modules', 'proc', 'sys', 'dev/console', 'init']);
  const order = names.map((name) => basename(name).replace(/^\d+-(.*)\.ko$/, '$1'));
  for (const [first, then] of [
    ['virtio', 'virtio_net'],
    ['virtio_ring', 'virtio_net'],
    ['failover', 'net_failover'],
    ['net_failover', 'virtio_net'],
    ['virtio_pci_modern_dev', 'virtio_pci'],
  ] as const) {
    expect(order.indexOf(first)).toBeGreaterThan(0);
    expect(order.indexOf(then)).toBeGreaterThan(order.indexOf(first));
  }
  expect(() => make(again, ['e1000'])).toThrow("this kernel has no module 'e1000'");
});

/** Sends bytes and returns everything until the guest closes. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
    socket.write(text);
  });
}

/** Two requests on each of so many connections, all open at the same time. */
async function keepAlive({ url }: HttpGuest, count: number): Promise<string[][]> {
  const agents = Array.from({ length: count }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
  const ask = (agent: Agent) =>
    new Promise<string>((resolve, reject) => {
      get(`${url}/healthz`, { agent }, (response) => {
        let body = '';
        response.on('data', (data) => {
          body += data;
        });
        response.on('end', () => resolve(body));
      }).on('error', reject);
    });
  try {
    const first: string[] = [];
    // One after the other: QEMU's user network has room for two that wait, and others try again after seconds.
    for (const agent of agents) first.push(await ask(agent));
    const second = await Promise.all(agents.map(ask));
    return first.map((body, index) => [body, second[index]!]);
  } finally {
    for (const agent of agents) agent.destroy();
  }
}

/** The names in a newc archive, without the entry that ends it. */
function namesIn(archive: Buffer): string[] {
  const names: string[] = [];
  for (let at = 0; ; ) {
    const field = (index: number) =>
      Number.parseInt(archive.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [size, length] = [field(6), field(11)];
    const name = archive.toString('latin1', at + 110, at + 110 + length - 1);
    if (name === 'TRAILER!!!') return names;
    names.push(name);
    at = padded(padded(at + 110 + length) + size);
  }
}

function padded(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
