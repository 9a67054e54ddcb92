import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { Agent, createServer as createHttpServer, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Balancer } from '../../../lib/runtime/balancer/balancer';
import type { BackendSpec, FrontSpec } from '../../../lib/runtime/balancer/control';

const folder = mkdtempSync(join(tmpdir(), 'kiln-bal-'));
const balancer = new Balancer();
const servers: Server[] = [];
const clients: Socket[] = [];
/** Tcpmux: nothing has listened there for decades. */
const NOBODY = 1;

afterEach(() => {
  balancer.close();
  for (const server of servers.splice(0)) server.close();
  for (const client of clients.splice(0)) client.destroy();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('Balancer', () => {
  it('spreads connections evenly', async () => {
    const port = await front([await named('a'), await named('b'), await named('c')]);

    const answers = await Promise.all(Array.from({ length: 30 }, () => ask(port)));

    expect(answers.filter((name) => name === 'a')).toHaveLength(10);
    expect(answers.filter((name) => name === 'b')).toHaveLength(10);
  });

  it('prefers the backend with the fewest connections', async () => {
    const [a, b] = [await named('a'), await named('b')];
    const port = await front([a, { ...b, state: 'standby' }]);
    const busy = await Promise.all([open(port), open(port), open(port)]);
    await until(() => connectionsOf('a') === 3);
    await front([a, b], { tcpPort: port });

    expect(await Promise.all([ask(port), ask(port), ask(port)])).toEqual(['b', 'b', 'b']);
    for (const socket of busy) socket.destroy();
  });

  it('goes to the next backend when one cannot be reached', async () => {
    const a = await named('a');
    const port = await front([{ ...a, name: 'gone', port: NOBODY }, a]);

    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(port)));

    expect(new Set(answers)).toEqual(new Set(['a']));
  });

  it('holds a connection, and what it sent, until there is a backend', async () => {
    const port = await front([]);
    const answer = ask(port);
    await until(() => balancer.stats()[0]?.held === 1);

    await front([await named('late')], { tcpPort: port });

    expect(await answer).toBe('late');
  });

  it('leads a connection elsewhere whose backend goes away while it is made', async () => {
    const [a, b] = [await named('a'), await named('b')];
    const port = await front([a]);
    const answer = ask(port);
    while (connectionsOf('a') === 0) await new Promise(setImmediate);

    await front([b], { tcpPort: port });

    expect(await answer).toBe('b');
  });

  it('gives a standby backend no new connections and keeps those it has', async () => {
    const [a, b] = [await named('a'), await named('b')];
    const port = await front([a]);
    const kept = await open(port);

    await front([{ ...a, state: 'standby' }, b], { tcpPort: port });

    expect(await ask(port)).toBe('b');
    expect(await askOn(kept)).toBe('a');
    kept.destroy();
  });

  it('leads clients of HTTP away from a draining backend without cutting one off', async () => {
    const [a, b] = [await httpNamed('a'), await httpNamed('b')];
    const port = await front([a], { http: true });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await fetchOn(port, agent)).body).toBe('a');

    await front([{ ...a, state: 'draining', drainMs: 60_000 }, b], { tcpPort: port, http: true });
    const farewell = await fetchOn(port, agent);
    const next = await fetchOn(port, agent);

    expect(farewell).toMatchObject({ body: 'a', connection: 'close' });
    expect(next).toMatchObject({ body: 'b', connection: 'keep-alive' });
    await until(() => connectionsOf('a') === 0);
    agent.destroy();
  });

  it('ends a quiet connection of a draining backend when its time is over', async () => {
    const a = await named('a');
    const port = await front([a]);
    const socket = await open(port);
    await askOn(socket);

    await front([{ ...a, state: 'draining', drainMs: 100 }], { tcpPort: port });
    const [data] = await Promise.all([collect(socket), once(socket, 'end')]);

    expect(data).toBe('');
    await until(() => connectionsOf('a') === 0);
  });

  it('passes a half-closed connection on as such', async () => {
    const backend = await listen((socket) => {
      collect(socket).then((text) => socket.end(`got ${text}`));
    });
    const port = await front([backend]);
    const socket = await open(port);

    socket.end('all of it');

    expect(await collect(socket)).toBe('got all of it');
  });

  it('passes a reset on as a reset', async () => {
    const backend = await listen((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const port = await front([backend]);
    const socket = await open(port);

    socket.write('x');

    expect((await once(socket, 'error'))[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('carries 64 MiB unharmed, and stops the backend while the client does not read', async () => {
    const piece = randomBytes(1024 * 1024);
    let written = 0;
    const backend = await listen(async (socket) => {
      for (; written < 64; written++) if (!socket.write(piece)) await once(socket, 'drain');
      socket.end();
    });
    const socket = await open(await front([backend]));

    await settled(() => written);
    expect(written).toBeLessThan(48);

    const hash = createHash('sha256');
    for await (const chunk of socket) hash.update(chunk);
    const expected = createHash('sha256');
    for (let count = 0; count < 64; count++) expected.update(piece);
    expect(hash.digest('hex')).toBe(expected.digest('hex'));
  });

  it('leaves no descriptor open after 2,000 connections', async () => {
    const port = await front([await named('a')]);
    await ask(port);
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const before = descriptors();

    for (let round = 0; round < 20; round++) {
      await Promise.all(Array.from({ length: 100 }, (_, n) => (n % 10 === 0 ? abandon(port) : ask(port))));
    }

    await until(() => connectionsOf('a') === 0 && descriptors() <= before + 2);
  });

  it('refuses connections beyond its descriptors and takes new ones after', async () => {
    const small = new Balancer(128 + 20);
    const results = await small.set([spec([await named('a')])]);
    const port = results[0]!.tcpPort!;
    const sockets = await Promise.all(Array.from({ length: 10 }, () => open(port)));
    await Promise.all(sockets.map(askOn));

    await expect(ask(port)).rejects.toMatchObject({ code: 'ECONNRESET' });

    for (const socket of sockets) socket.destroy();
    await until(() => small.stats()[0]!.backends[0]!.connections === 0);
    expect(await ask(port)).toBe('a');
    small.close();
  });

  it('refuses a port that is in use, and says which', async () => {
    const taken = await named('other');

    const [result] = await balancer.set([{ ...spec([]), tcpPort: taken.port }]);

    expect(result).toMatchObject({ error: { code: 'EADDRINUSE', address: `127.0.0.1:${taken.port}` } });
  });

  it('listens on a unix socket that only its owner may open', async () => {
    await front([await named('a')]);

    const path = spec([]).unixSocket;

    expect(statSync(path).mode & 0o777).toBe(0o600);
    const client = connect(path);
    clients.push(client);
    expect(await askOn(client)).toBe('a');
  });
});

function spec(backends: readonly BackendSpec[]): FrontSpec {
  return { name: 'web', tcpPort: 0, unixSocket: join(folder, 'web.sock'), http: false, backends };
}

async function front(backends: readonly BackendSpec[], more: Partial<FrontSpec> = {}): Promise<number> {
  const [result] = await balancer.set([{ ...spec(backends), ...more }]);
  return result!.tcpPort!;
}

function connectionsOf(name: string): number | undefined {
  return balancer.stats()[0]?.backends.find((one) => one.name === name)?.connections;
}

async function listen(onSocket: (socket: Socket) => void, name = 'backend'): Promise<BackendSpec> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { name, port: (server.address() as AddressInfo).port, state: 'active', drainMs: 1000 };
}

/** Answers every chunk with its name. */
async function named(name: string): Promise<BackendSpec> {
  return listen((socket) => socket.on('data', () => socket.write(name)).on('end', () => socket.end()), name);
}

async function httpNamed(name: string): Promise<BackendSpec> {
  const server = createHttpServer((_, response) => response.end(name));
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  return { name, port: (server.address() as AddressInfo).port, state: 'active', drainMs: 1000 };
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  clients.push(socket);
  await once(socket, 'connect');
  return socket;
}

async function askOn(socket: Socket): Promise<string> {
  socket.write('?');
  return String((await once(socket, 'data'))[0]);
}

async function ask(port: number): Promise<string> {
  const socket = await open(port);
  try {
    return await askOn(socket);
  } finally {
    socket.destroy();
  }
}

async function abandon(port: number): Promise<void> {
  const socket = await open(port);
  socket.write('?');
  socket.resetAndDestroy();
}

async function collect(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) text += chunk;
  return text;
}

async function fetchOn(port: number, agent: Agent) {
  const request = get({ host: '127.0.0.1', port, agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += chunk;
  return { body, connection: response.headers.connection };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

/** Waits until a number no longer grows. */
async function settled(number: () => number): Promise<void> {
  for (let before = -1, same = 0; same < 10; before = number()) {
    await sleep(20);
    same = number() === before ? same + 1 : 0;
  }
}
