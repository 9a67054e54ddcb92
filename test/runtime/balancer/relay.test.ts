import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { cut } from '../../../lib/runtime/balancer/relay';

let server: Server;
let near: Socket;
let far: Socket;

beforeEach(async () => {
  server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  near = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[Socket], unknown];
});
afterEach(() => {
  near.destroy();
  far.destroy();
  server.close();
});

describe('cut', () => {
  it('resets a connection', async () => {
    const error = once(far.resume(), 'error');

    cut(near);

    expect((await error)[0]).toMatchObject({ code: 'ECONNRESET' });
  });

  it('closes a connection that is just being ended', async () => {
    const [closed, otherEnded] = [once(near, 'close'), once(far.resume(), 'end')];

    near.end();
    cut(near);

    await Promise.all([closed, otherEnded]);
  });
});
