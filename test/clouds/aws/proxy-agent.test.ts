import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { type AwsSession, createAmi, openAwsSession } from '../../../lib/clouds/aws';
import { createServerCertificate } from '../../../lib/plugin/server/certificate';
import { type AwsFake, startAwsFake } from '../../helpers/aws-fake';
import { diskOf, requestFor, TEST_TIMING } from '../../helpers/aws-work';

/** Of no machine: only the proxy finds it. */
const HOST = 'aws.kiln.test';
const before = { ...process.env };
const servers: Server[] = [];
const sockets = new Set<Socket>();
let folder: string;
let fake: AwsFake;
let session: AwsSession | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-aws-'));
  for (const name of Object.keys(process.env)) if (/^AWS_|_proxy$/i.test(name)) delete process.env[name];
  fake = await startAwsFake();
  Object.assign(process.env, fake.env, { AWS_CA_BUNDLE: join(folder, 'ca.pem') });
  await startTls(HOST);
});

afterEach(async () => {
  session?.close();
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  await fake.stop();
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

/** AWS by TLS, under a name that the bundle vouches for. */
async function startTls(host: string): Promise<void> {
  const { keyPem: key, certificatePem: cert } = createServerCertificate(new Date(), host);
  writeFileSync(process.env.AWS_CA_BUNDLE as string, cert);
  const behind = Number(new URL(fake.url).port);
  const port = await listening(createTlsServer({ key, cert }, (socket) => pipeTo(socket, behind)));
  process.env.AWS_ENDPOINT_URL = `https://${host}:${port}`;
}

async function listening(server: Server): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => keep(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function keep(socket: Socket): void {
  sockets.add(socket);
  socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
}

function pipeTo(socket: Socket, port: number): void {
  const other = connect(port, '127.0.0.1');
  keep(other);
  socket.on('error', () => socket.destroy());
  socket.pipe(other).pipe(socket);
}

/** Leads every host to this machine, or answers with a status; notes whom it was asked for, and in whose name. */
async function startProxy(status = '200 Connection Established') {
  const asked: (string | undefined)[][] = [];
  const proxy = createServer();
  proxy.on('connect', ({ url, headers }: IncomingMessage, socket: Socket) => {
    asked.push([url, headers['proxy-authorization']]);
    socket.write(`HTTP/1.1 ${status}\r\n\r\n`);
    if (status.startsWith('200')) pipeTo(socket, Number(url?.split(':')[1]));
    else socket.end();
  });
  return { asked, port: await listening(proxy) };
}

async function make(): Promise<string> {
  session = await openAwsSession({ timing: { ...TEST_TIMING, attempts: 2 }, workers: 8 });
  return (await createAmi(requestFor(), diskOf(20, { 0: 1, 7: 2, 19: 3 }), session)).id;
}

test('an image is made through the proxy, by TLS that ends at AWS, with few connections', async () => {
  const { asked, port } = await startProxy();
  process.env.HTTPS_PROXY = `http://kiln:se%20cret@127.0.0.1:${port}`;
  expect(await make()).toBe(fake.images[0]?.id);
  const target = new URL(process.env.AWS_ENDPOINT_URL as string).host;
  expect(new Set(asked.map(String))).toEqual(
    new Set([`${target},Basic ${Buffer.from('kiln:se cret').toString('base64')}`]),
  );
  expect(asked.length).toBeLessThan(fake.calls.length);
});

test('what needs no proxy is asked directly', async () => {
  const { asked, port } = await startProxy();
  process.env.HTTPS_PROXY = `http://127.0.0.1:${port}`;
  await startTls('localhost');
  expect(await make()).toBe(fake.images[0]?.id);
  expect(asked).toEqual([]);
});

test.each([
  ['407 Proxy Authentication Required', 'Give its user and password in HTTPS_PROXY'],
  ['403 Forbidden', 'Have it allow that, name another in HTTPS_PROXY, or exempt the host in NO_PROXY.'],
])('refuses when the proxy answers %s, at once', async (status, remedy) => {
  const { asked, port } = await startProxy(status);
  process.env.HTTPS_PROXY = `http://127.0.0.1:${port}`;
  const target = new URL(process.env.AWS_ENDPOINT_URL as string).host;
  await expect(make()).rejects.toMatchObject({
    code: 'aws.proxy',
    message: `the proxy 127.0.0.1:${port} does not lead to ${target}: it answered ${status}`,
    remedy: expect.stringContaining(remedy),
  });
  expect(asked).toHaveLength(1);
});

test('refuses when the proxy keeps not finding the way, after another try', async () => {
  const { asked, port } = await startProxy('503 Service Unavailable');
  process.env.HTTPS_PROXY = `http://127.0.0.1:${port}`;
  await expect(make()).rejects.toMatchObject({
    code: 'aws.network',
    detail: expect.stringContaining('it answered 503 Service Unavailable'),
  });
  expect(asked.length).toBeGreaterThan(1);
});

test('refuses when nobody listens where the proxy should be', async () => {
  process.env.HTTPS_PROXY = 'http://127.0.0.1:1';
  await expect(make()).rejects.toMatchObject({
    code: 'aws.network',
    detail: expect.stringContaining('ECONNREFUSED'),
  });
});

test('refuses a certificate that the bundle does not vouch for', async () => {
  const { port } = await startProxy();
  process.env.HTTPS_PROXY = `http://127.0.0.1:${port}`;
  writeFileSync(
    process.env.AWS_CA_BUNDLE as string,
    createServerCertificate(new Date(), HOST).certificatePem,
  );
  await expect(make()).rejects.toMatchObject({
    code: 'aws.network',
    message: expect.stringMatching(
      /^the certificate that answered for ec2:\w+ in eu-central-1 is not trusted$/,
    ),
  });
});
