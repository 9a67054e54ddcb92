import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { helloKernel } from '../helpers/unikernel';

const kernel = helloKernel();
const guests: ChildProcess[] = [];

afterEach(async () => {
  for (const guest of guests.splice(0)) {
    if (guest.exitCode !== null || guest.signalCode !== null) continue;
    const gone = new Promise((resolve) => guest.once('exit', resolve));
    guest.kill('SIGKILL');
    await gone;
  }
});

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Boots the kernel directly; resolves when it says that it listens. */
async function boot(args: string, machine = 'pc', device = 'virtio-net-pci') {
  const port = await freePort();
  const net = `user,id=net,restrict=on,hostname=guest-7,hostfwd=tcp:127.0.0.1:${port}-:8080`;
  const words = [
    '-machine',
    machine,
    '-accel',
    'tcg',
    '-cpu',
    'max',
    '-m',
    '32',
    '-nodefaults',
    '-display',
    'none',
  ];
  words.push('-no-reboot', '-serial', 'stdio', '-netdev', net, '-device', `${device},netdev=net,romfile=`);
  const guest = spawn('qemu-system-x86_64', [...words, '-kernel', kernel, '-append', args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  guests.push(guest);
  const console = { text: '' };
  guest.stdout.on('data', (data) => {
    console.text += data;
  });
  const says = async (what: string) => {
    while (!console.text.includes(what)) {
      if (guest.exitCode !== null) throw new Error(`it ended and said only: ${console.text}`);
      await sleep(10);
    }
  };
  return { guest, port, console, says, url: `http://127.0.0.1:${port}` };
}

/** Milliseconds since it booted, by its own clock. */
async function uptime(url: string): Promise<number> {
  return Number(/^uptime_ms (\d+)$/m.exec(await (await fetch(`${url}/stats`)).text())?.[1]);
}

/** Sends bytes and returns everything until the guest closes. */
function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    let answer = '';
    socket.on('data', (data) => {
      answer += data;
    });
    socket.on('end', () => {
      socket.destroy();
      resolve(answer);
    });
    socket.on('error', reject);
    socket.write(text);
  });
}

test.each([
  ['pc', 'virtio-net-pci'],
  ['pc', 'virtio-net-pci,disable-modern=on'],
  ['q35', 'virtio-net-pci,disable-legacy=on'],
])('on %s with %s it answers with its greeting, version and name', async (machine, device) => {
  const { url, says } = await boot('"--greeting=good day" --version=9', machine, device);
  await says('listening');
  const answer = await fetch(url);
  expect(await answer.text()).toBe('good day version=9 instance=guest-7\n');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
});

test('answers pipelined requests in order on one connection', async () => {
  const { port, says } = await boot('--version=1');
  await says('listening');
  const last = 'GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const answer = await exchange(port, `GET / HTTP/1.1\r\nHost: x\r\n\r\n${last}`);
  expect(answer.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
  expect(answer.indexOf('version=1')).toBeLessThan(answer.lastIndexOf('HTTP/1.1'));
});

test('refuses what is not HTTP, and serves on', async () => {
  const { port, url, says } = await boot('--version=1');
  await says('listening');
  expect(await exchange(port, 'hello?\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('never healthy: /healthz is 503 while the rest serves', async () => {
  const { url, says } = await boot('--never-healthy');
  await says('listening');
  expect((await fetch(`${url}/healthz`)).status).toBe(503);
  expect((await fetch(url)).status).toBe(200);
});

test('unhealthy after a second: healthy before', async () => {
  const { url, says } = await boot('--unhealthy-after=1');
  await says('listening');
  while ((await fetch(`${url}/healthz`)).status !== 503) await sleep(50);
  // By its own clock: a busy machine may ask for the first time when the second is over.
  expect(await uptime(url)).toBeGreaterThanOrEqual(1000);
});

test('a crash says so on the console and ends the guest', async () => {
  const { guest, console } = await boot('--crash-after=0');
  if (guest.exitCode === null) await new Promise((resolve) => guest.once('close', resolve));
  expect(console.text).toContain('panic');
});

test('a hang at boot says so and never listens', async () => {
  const { console, says } = await boot('--hang-at-boot');
  await says('hang');
  await sleep(500);
  expect(console.text).not.toContain('listening');
});

test('its clock is right though QEMU loses its turn while the kernel measures it', async () => {
  const { guest, says, url } = await boot('--version=1');
  // It measures for 10 ms, with a counter that runs out after 55.
  for (let turn = 0; turn < 15; turn++) {
    guest.kill('SIGSTOP');
    await sleep(80);
    guest.kill('SIGCONT');
    await sleep(7);
  }
  await says('listening');
  const [before, start] = [await uptime(url), performance.now()];
  await sleep(1000);
  const passed = performance.now() - start;
  // An answer that comes late makes it more; a wrong clock would show a sixth.
  expect((await uptime(url)) - before).toBeGreaterThan(passed / 2);
});

test('is at most 64 KiB, and the same bytes wherever it is built', () => {
  expect(statSync(kernel).size).toBeLessThanOrEqual(64 * 1024);
  const elsewhere = mkdtempSync(join(tmpdir(), 'kiln-kernel-'));
  const source = join(__dirname, '../../examples/hello-unikernel');
  try {
    cpSync(source, elsewhere, { recursive: true, filter: (path) => !path.endsWith('build') });
    execFileSync('make', ['-s', '-C', elsewhere], { stdio: 'pipe' });
    const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(hash(join(elsewhere, 'build/hello.elf'))).toBe(hash(kernel));
  } finally {
    rmSync(elsewhere, { recursive: true });
  }
});
