import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { findForwarder } from '../../lib/runtime/forward';
import { temporaryHome } from '../helpers/home';

const { home } = temporaryHome();
const ENTRY = join(home, 'entry.js');
let sockets = 0;
const servers: Server[] = [];

beforeAll(() => {
  const script = join(home, 'entry.ts');
  const source = join(__dirname, '../../lib/runtime/forward');
  writeFileSync(
    script,
    `import { forward } from ${JSON.stringify(source)};
     if (process.argv[2] === 'forward') forward(process.argv[3]!).then((ok) => { process.exitCode = ok ? 0 : 1; });`,
  );
  buildSync({ entryPoints: [script], outfile: ENTRY, bundle: true, platform: 'node', format: 'cjs' });
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function serve(path: string, onConnection: (socket: Socket) => void): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  servers.push(server);
  server.listen(path);
  await once(server, 'listening');
}

/**
 * Starts a forwarder as QEMU does: one TCP connection is its descriptors 0, 1 and 2.
 * @returns the guest's end of that connection
 */
async function startAsQemuDoes(command: readonly string[]): Promise<{ guest: Socket; child: ChildProcess }> {
  const listener = createServer({ pauseOnConnect: true, allowHalfOpen: true });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  const guest = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  const [inner] = (await once(listener, 'connection')) as [Socket];
  listener.close();
  const fd = (inner as unknown as { _handle: { fd: number } })._handle.fd;
  const [program, ...args] = command as [string, ...string[]];
  const child = spawn(program, args, { stdio: [fd, fd, fd] });
  await once(child, 'spawn');
  inner.destroy();
  return { guest, child };
}

async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(socket, 'end');
  return text;
}

/** Both ways, where socat is installed. */
const WAYS: [string, () => Promise<(socket: string) => string[]>][] = [
  ['socat', async () => (await findForwarder(ENTRY)).commandFor],
  ['this program', async () => (await findForwarder(ENTRY, { PATH: '' })).commandFor],
];

describe.each(WAYS)('through %s', (way, find) => {
  let command: (socket: string) => string[];
  let path: string;

  beforeEach(async () => {
    command = await find();
    path = join(home, `s${sockets++}.sock`);
    if (way === 'socat' && !command(path)[0]!.endsWith('/socat') && process.env.CI === 'true') {
      throw new Error('socat is not installed');
    }
  });

  test('bytes go both ways', async () => {
    await serve(path, (socket) => socket.pipe(socket));
    const { guest, child } = await startAsQemuDoes(command(path));
    const sent = 'x'.repeat(300_000);
    guest.end(sent);
    expect(await textOf(guest)).toBe(sent);
    await once(child, 'exit');
  });

  test('the guest may end its direction and still hear the answer', async () => {
    await serve(path, async (socket) => {
      const request = await textOf(socket);
      // Longer than the half second that socat would wait by itself.
      setTimeout(() => socket.end(`answer to ${request}`), 800);
    });
    const { guest, child } = await startAsQemuDoes(command(path));
    guest.end('question');
    expect(await textOf(guest)).toBe('answer to question');
    await once(child, 'exit');
  });

  test('the service may end its direction and still hear the guest', async () => {
    const heard = new Promise<string>((resolve) => {
      void serve(path, (socket) => {
        socket.end('welcome');
        void textOf(socket).then(resolve);
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { guest, child } = await startAsQemuDoes(command(path));
    expect(await textOf(guest)).toBe('welcome');
    setTimeout(() => guest.end('thank you'), 800);
    expect(await heard).toBe('thank you');
    await once(child, 'exit');
  });

  test('a service that is not there ends the connection, and nothing else reaches the guest', async () => {
    const { guest, child } = await startAsQemuDoes(command(path));
    const exit = once(child, 'exit');
    expect(await textOf(guest)).toBe('');
    guest.destroy();
    expect((await exit)[0]).not.toBe(0);
  });

  test('a guest that is gone ends the connection to the service', async () => {
    const closed = new Promise<void>((resolve) => {
      void serve(path, (socket) => {
        socket.on('error', () => undefined);
        socket.write('hello');
        socket.once('end', () => socket.end());
        socket.once('close', () => resolve());
      });
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { guest, child } = await startAsQemuDoes(command(path));
    await once(guest, 'data');
    const exit = once(child, 'exit');
    guest.resetAndDestroy();
    await closed;
    await exit;
  });
});

test('a path that means something to socat is left to this program', async () => {
  const { commandFor } = await findForwarder(ENTRY);
  const folder = join(home, 'a,b');
  mkdirSync(folder);
  expect(commandFor(join(folder, 's.sock'))).toEqual([
    process.execPath,
    ENTRY,
    'forward',
    `${folder}/s.sock`,
  ]);
});
