import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { buildSync } from 'esbuild';
import { ImageStore } from '../../lib/runtime/images';
import type { Machine } from '../../lib/runtime/machine';
import { findProcesses } from '../../lib/runtime/process-info';
import { findQemu } from '../../lib/runtime/qemu';
import { QemuHost } from '../../lib/runtime/qemu-host';
import { temporaryHome } from '../helpers/home';
import { launchRequest, untilHealthy } from '../helpers/launch';
import { imageSpec, shopKernel } from '../helpers/unikernel';

const paths = temporaryHome();
const ENTRY = join(paths.home, 'entry.js');
const PEER = { service: 'catalog', address: '10.0.2.100', port: 9100 };
const hosts: QemuHost[] = [];
const machines: Machine[] = [];
const servers: Server[] = [];
let started = 0;

beforeAll(() => {
  const script = join(paths.home, 'entry.ts');
  const source = JSON.stringify(join(__dirname, '../../lib/runtime/forward'));
  writeFileSync(script, `import { forward } from ${source};\nvoid forward(process.argv[3]!);\n`);
  buildSync({ entryPoints: [script], outfile: ENTRY, bundle: true, platform: 'node', format: 'cjs' });
});

afterEach(async () => {
  for (const machine of machines.splice(0)) await machine.stop();
  for (const host of hosts.splice(0)) host.detach();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }
});

async function serve(where: string | number, text: string): Promise<{ port: number; requests: string[] }> {
  const requests: string[] = [];
  const server = createHttpServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(request.url ?? '');
    response.end(text);
  });
  servers.push(server);
  if (typeof where === 'string') mkdirSync(dirname(where), { recursive: true });
  server.listen(typeof where === 'string' ? { path: where } : { port: where, host: '0.0.0.0' });
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, requests };
}

/** The shop's cart, which asks the catalogue at an address for each request. */
async function startCart(catalog: string, env?: NodeJS.ProcessEnv): Promise<Machine> {
  const host = new QemuHost({
    paths,
    images: new ImageStore(paths.images),
    entry: ENTRY,
    ...(env && { env }),
  });
  hosts.push(host);
  const image = imageSpec(shopKernel('cart'), { bootArgs: ['--port=9200', `--catalog=${catalog}`] });
  const machine = await host.launch(
    launchRequest(`cart-1-${started++}`, image, { port: 9200, peers: [PEER] }),
  );
  machines.push(machine);
  await untilHealthy(machine, { protocol: 'tcp', path: '/' });
  return machine;
}

async function ask(machine: Machine): Promise<{ status: number; text: string }> {
  const answer = await fetch(`http://127.0.0.1:${machine.record.hostPort}/items`);
  return { status: answer.status, text: await answer.text() };
}

test.each<[string, NodeJS.ProcessEnv | undefined]>([
  ['socat', undefined],
  ['this program', { PATH: '/nonexistent' }],
])('a declared peer is reached through its socket, by %s', async (_, env) => {
  if (env) env.KILN_QEMU = (await findQemu()).path;
  const { requests } = await serve(paths.serviceSocket('catalog'), 'apple 50\nbread 300\n');
  const machine = await startCart('10.0.2.100:9100', env);
  const before = requests.length;
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(machine)));
  for (const answer of answers)
    expect(answer).toEqual({ status: 200, text: expect.stringContaining('apple 6 300\nbread 1 300\n') });
  expect(requests.length - before).toBe(8);
});

test('each connection has a process of its own, which ends with it', async () => {
  await serve(paths.serviceSocket('catalog'), 'apple 50\nbread 300\n');
  const machine = await startCart('10.0.2.100:9100');
  await ask(machine);
  while (findProcesses(paths.serviceSocket('catalog')).some(({ command }) => !command.includes('-pidfile'))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
});

test('a declared peer that is away is an error to the guest, and reached when it is back', async () => {
  const machine = await startCart('10.0.2.100:9100');
  expect((await ask(machine)).status).toBeGreaterThanOrEqual(500);
  await serve(paths.serviceSocket('catalog'), 'apple 50\nbread 300\n');
  expect((await ask(machine)).status).toBe(200);
});

test('refuses a guest every way that was not declared', async () => {
  const host = await serve(0, 'apple 666\n');
  const peer = await serve(paths.serviceSocket('catalog'), 'apple 666\n');
  const ways = [
    `10.0.2.2:${host.port}`, // the host, as QEMU's user network shows it
    `127.0.0.1:${host.port}`,
    `10.0.2.101:${PEER.port}`, // an address that no peer has
    `${PEER.address}:22`, // another port of the declared peer
  ];
  // In turn: each has an image store of its own, and a store that begins clears what it takes for remains.
  const carts: Awaited<ReturnType<typeof startCart>>[] = [];
  for (const way of ways) carts.push(await startCart(way));
  for (const answer of await Promise.all(carts.map(ask))) {
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.text).not.toContain('3996');
  }
  expect([...host.requests, ...peer.requests]).toEqual([]);
});
