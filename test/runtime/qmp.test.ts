import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { QmpClient, type QmpEvent } from '../../lib/runtime/qmp';
import { temporaryHome } from '../helpers/home';

const { home } = temporaryHome();
const GREETING = '{"QMP": {"version": {}, "capabilities": []}}\r\n';
const servers: Server[] = [];
let sockets = 0;

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** A server that says what `speak` says, in the place of QEMU. */
async function qemuThat(speak: (socket: Socket, line: string) => void, greeting = GREETING): Promise<string> {
  const path = join(home, `q${sockets++}.sock`);
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write(greeting);
    socket.on('data', (data) => {
      for (const line of data.toString().split('\n').filter(Boolean)) speak(socket, line);
    });
  });
  servers.push(server);
  server.listen(path);
  await once(server, 'listening');
  return path;
}

function answer(socket: Socket, line: string, result: unknown = {}): void {
  socket.write(`${JSON.stringify({ return: result, id: JSON.parse(line).id })}\r\n`);
}

test('leaves the negotiation mode, then carries out commands', async () => {
  const seen: string[] = [];
  const path = await qemuThat((socket, line) => {
    seen.push(JSON.parse(line).execute);
    answer(socket, line, { status: 'running' });
  });
  const qmp = await QmpClient.connect(path, { timeoutMs: 1000 });
  expect(await qmp.execute('query-status')).toEqual({ status: 'running' });
  expect(seen).toEqual(['qmp_capabilities', 'query-status']);
  qmp.close();
});

test('answers find their commands, in whatever order and pieces they come', async () => {
  const held: string[] = [];
  const path = await qemuThat((socket, line) => {
    if (line.includes('qmp_capabilities')) return answer(socket, line);
    held.push(line);
    if (held.length < 2) return;
    const text = held
      .reverse()
      .map((one) => JSON.stringify({ return: JSON.parse(one).execute, id: JSON.parse(one).id }))
      .join('\n');
    socket.write(text.slice(0, 10));
    setTimeout(() => socket.write(`${text.slice(10)}\n`), 10);
  });
  const qmp = await QmpClient.connect(path, { timeoutMs: 1000 });
  expect(await Promise.all([qmp.execute('one'), qmp.execute('two')])).toEqual(['one', 'two']);
  qmp.close();
});

test('events reach those who listen', async () => {
  const path = await qemuThat((socket, line) => {
    answer(socket, line);
    socket.write(
      '{"event": "SHUTDOWN", "data": {"guest": true, "reason": "guest-reset"}, "timestamp": {}}\n',
    );
  });
  const qmp = await QmpClient.connect(path, { timeoutMs: 1000 });
  const event = new Promise<QmpEvent>((resolve) => qmp.onEvent(resolve));
  await qmp.execute('anything');
  expect(await event).toEqual({ event: 'SHUTDOWN', data: { guest: true, reason: 'guest-reset' } });
  qmp.close();
});

test('refuses what QEMU refuses, with its words', async () => {
  const path = await qemuThat((socket, line) => {
    if (line.includes('qmp_capabilities')) return answer(socket, line);
    const error = { class: 'CommandNotFound', desc: 'The command fly has not been found' };
    socket.write(`${JSON.stringify({ error, id: JSON.parse(line).id })}\n`);
  });
  const qmp = await QmpClient.connect(path, { timeoutMs: 1000 });
  await expect(qmp.execute('fly')).rejects.toMatchObject({
    code: 'qmp.failed',
    message: 'QEMU refused: The command fly has not been found',
  });
  qmp.close();
});

test('a command fails when QEMU goes before it answers', async () => {
  const path = await qemuThat((socket, line) => {
    if (line.includes('qmp_capabilities')) answer(socket, line);
    else socket.destroy();
  });
  const qmp = await QmpClient.connect(path, { timeoutMs: 1000 });
  await expect(qmp.execute('quit')).rejects.toMatchObject({
    code: 'qmp.unreachable',
    message: "QEMU did not carry out 'quit': the connection was closed",
  });
  await qmp.closed;
});

test('refuses to wait for a QEMU that does not greet', async () => {
  const path = await qemuThat(() => undefined, '');
  await expect(QmpClient.connect(path, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'qmp.unreachable',
    message: `QEMU does not answer on '${path}': no greeting within 50 ms`,
  });
});

test('refuses what is not QMP', async () => {
  const path = await qemuThat(() => undefined, 'HTTP/1.1 400 Bad Request\r\n\r\n');
  await expect(QmpClient.connect(path, { timeoutMs: 1000 })).rejects.toThrow(/the answer is not JSON/);
  await expect(QmpClient.connect(join(home, 'none.sock'), { timeoutMs: 1000 })).rejects.toMatchObject({
    code: 'qmp.unreachable',
    message: expect.stringContaining('ENOENT'),
  });
});
