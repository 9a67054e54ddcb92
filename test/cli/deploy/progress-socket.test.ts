import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { ProgressSocket } from '../../../lib/cli/deploy/progress-socket';
import type { ServiceEvent } from '../../../lib/spec';

const event = (message: string): ServiceEvent => ({
  at: '2026-01-01T00:00:00Z',
  service: 'shop-web',
  kind: 'notice',
  instance: null,
  message,
});

let socket: ProgressSocket;
let events: ServiceEvent[];
let received: () => void;

beforeEach(async () => {
  events = [];
  received = () => undefined;
  socket = await ProgressSocket.open((one) => {
    events.push(one);
    received();
  });
});
afterEach(() => socket.close());

const until = (count: number) =>
  new Promise<void>((resolve) => {
    received = () => events.length >= count && resolve();
    received();
  });

test('events arrive from several providers, also in pieces', async () => {
  const [one, two] = [connect(socket.path), connect(socket.path)];
  const text = `${JSON.stringify(event('one'))}\n`;
  one.write(text.slice(0, 10));
  two.write(`${JSON.stringify(event('two'))}\n`);
  await until(1);
  one.write(text.slice(10));
  await until(2);
  expect(events).toEqual([event('two'), event('one')]);
  one.destroy();
  two.destroy();
});

test('lines that are no events are passed over', async () => {
  const client = connect(socket.path);
  client.write(`nonsense\n{"at":1}\nnull\n${JSON.stringify(event('fine'))}\n`);
  await until(1);
  expect(events).toEqual([event('fine')]);
  client.destroy();
});

test('only its owner may enter its folder, and nothing is left of it', async () => {
  const folder = dirname(socket.path);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const client = connect(socket.path);
  await once(client, 'connect');
  await socket.close();
  expect(existsSync(folder)).toBe(false);
  client.destroy();
});
