import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Balancer } from '../../lib/runtime/balancer/balancer';
import type { BackendSpec } from '../../lib/runtime/balancer/control';
import { connectTo, type DialFailure, dial } from '../../lib/runtime/dial';

/** Answers every connection with the name `busy`; with the backlog of QEMU's user network. */
const SERVER = `
  require('node:net').createServer((socket) => socket.on('error', () => {}).end('busy'))
    .listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port) });
`;
/** Tcpmux: nothing has listened there for decades. */
const NOBODY = 1;

const folder = mkdtempSync(join(tmpdir(), 'kiln-bal-'));
const balancer = new Balancer();
const children: ChildProcess[] = [];
const servers: Server[] = [];
const fillers: Socket[] = [];

afterEach(() => {
  balancer.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const server of servers.splice(0)) server.close();
  for (const socket of fillers.splice(0)) socket.destroy();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('dial', () => {
  it('connects', async () => {
    const { port } = await live();

    expect(await outcome(port)).toBe('connected');
  });

  it('refuses where nobody listens', async () => {
    expect(await outcome(NOBODY)).toBe('refused');
  });

  it('does not wait for a listener whose queue is full', async () => {
    const { port } = await busy();

    expect(await outcome(port)).toBe('busy');
  });
});

describe('connectTo', () => {
  it('connects as soon as there is room in a queue that was full', async () => {
    const { port, child } = await busy();
    const connecting = connectTo(port, new AbortController().signal);
    await sleep(100);

    child.kill('SIGCONT');

    const socket = await connecting;
    expect(String((await once(socket!, 'data'))[0])).toBe('busy');
    socket!.destroy();
  });

  it('gives up where nobody listens, and when it is told to', async () => {
    expect(await connectTo(NOBODY, new AbortController().signal)).toBeUndefined();

    const { port } = await busy();
    expect(await connectTo(port, AbortSignal.timeout(100))).toBeUndefined();
  });
});

describe('a balancer with a backend whose queue is full', () => {
  it('leads connections to another', async () => {
    const [{ port: full }, { port: free }] = [await busy(), await live()];
    const port = await front([backend('full', full), backend('free', free)]);

    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(port)));

    expect(new Set(answers)).toEqual(new Set(['live']));
  });

  it('holds them all until there is room, where there is no other', async () => {
    const { port: full, child } = await busy();
    const port = await front([backend('full', full)]);
    const asked = Array.from({ length: 20 }, () => ask(port));
    await until(() => (balancer.stats()[0]?.held ?? 0) > 10);

    child.kill('SIGCONT');

    expect(new Set(await Promise.all(asked))).toEqual(new Set(['busy']));
    await until(() => balancer.stats()[0]?.held === 0);
    expect(balancer.stats()[0]?.refused).toBe(0);
  });
});

function backend(name: string, port: number): BackendSpec {
  return { name, port, state: 'active', drainMs: 1000 };
}

async function front(backends: readonly BackendSpec[]): Promise<number> {
  const unixSocket = join(folder, 'web.sock');
  const [result] = await balancer.set([{ name: 'web', tcpPort: 0, unixSocket, http: false, backends }]);
  return result!.tcpPort!;
}

function outcome(port: number): Promise<'connected' | DialFailure> {
  return new Promise((resolve) =>
    dial(
      port,
      (socket) => {
        socket.destroy();
        resolve('connected');
      },
      resolve,
    ),
  );
}

/** A server that is stopped, with as many connections before its door as the kernel lets wait. */
async function busy(): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const child = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const port = Number((await once(child.stdout!, 'data'))[0]);
  child.kill('SIGSTOP');
  for (let waiting = true; waiting; ) {
    const socket = connect({ host: '127.0.0.1', port });
    fillers.push(socket.on('error', () => undefined));
    waiting = await Promise.race([once(socket, 'connect').then(() => true), sleep(200, false)]);
  }
  return { port, child };
}

async function live(): Promise<{ readonly port: number }> {
  const server = createServer((socket) => socket.on('error', () => undefined).end('live'));
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port };
}

async function ask(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  let text = '';
  for await (const chunk of socket) text += chunk;
  return text;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}
