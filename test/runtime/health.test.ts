import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { HealthMonitor, type HealthTarget } from '../../lib/runtime/health';
import type { HealthCheckSpec } from '../../lib/spec';

const CHECK: HealthCheckSpec = {
  protocol: 'http',
  path: '/healthz',
  intervalMs: 40,
  timeoutMs: 300,
  healthyThreshold: 1,
  unhealthyThreshold: 2,
  bootDeadlineMs: 5000,
};

const servers: Server[] = [];
const sockets = new Set<Socket>();
const monitors: HealthMonitor[] = [];

afterEach(async () => {
  for (const monitor of monitors.splice(0)) monitor.stop();
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

async function listen(server: Server, port = 0): Promise<number> {
  servers.push(server);
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function serveHttp(handler: RequestListener): Promise<number> {
  return listen(createHttpServer(handler));
}

/** Collects what a monitor tells, and waits for it. */
function watch(
  port: number,
  check: Partial<HealthCheckSpec> = {},
  options: { target?: Partial<HealthTarget>; startedAt?: number; healthy?: boolean } = {},
) {
  const told: string[] = [];
  const waiting: (() => void)[] = [];
  const tell = (text: string) => {
    told.push(text);
    for (const wake of waiting.splice(0)) wake();
  };
  const { target, ...rest } = options;
  const monitor = new HealthMonitor(
    { ...CHECK, ...check },
    { port, guestPort: 8080, ...target },
    {
      onHealthy: (afterMs) => tell(`healthy ${afterMs >= 0}`),
      onUnhealthy: (reason) => tell(`unhealthy: ${reason}`),
      onBootFailed: (reason) => tell(`boot failed: ${reason}`),
    },
    rest,
  );
  monitors.push(monitor);
  const next = async (count: number) => {
    while (told.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    return told;
  };
  return { monitor, told, next };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test.each([200, 204, 301, 399])('status %i is healthy', async (status) => {
  const port = await serveHttp((_, response) => response.writeHead(status, { location: '/elsewhere' }).end());
  const { next, monitor } = watch(port);
  expect(await next(1)).toEqual(['healthy true']);
  expect(monitor.isHealthy).toBe(true);
});

test('asks for the path with a method and headers that any server understands', async () => {
  const asked = new Promise<string>((resolve) => {
    void serveHttp(({ method, url, headers }, response) => {
      response.end();
      resolve(`${method} ${url} ${headers.host?.split(':')[0]} ${headers.connection}`);
    }).then((port) => watch(port, { path: '/ready?deep=1' }));
  });
  expect(await asked).toBe('GET /ready?deep=1 127.0.0.1 close');
});

test('a status that is no success is told with how long it has been so', async () => {
  const port = await serveHttp((_, response) => response.writeHead(503).end('not yet'));
  const { next } = watch(port, { bootDeadlineMs: 1200 });
  expect(await next(1)).toEqual(['boot failed: GET /healthz answered 503 for 1 s']);
});

test('nobody there is told as no connection on the port that the guest should serve', async () => {
  const { next } = watch(await freePort(), { bootDeadlineMs: 200, timeoutMs: 100 });
  expect((await next(1))[0]).toMatch(/^boot failed: no connection on port 8080 for 2\d\d ms$/);
});

test('a server that never answers is told as such', async () => {
  const port = await listen(createServer((socket) => socket.on('error', () => undefined)));
  const { next } = watch(port, { timeoutMs: 100, bootDeadlineMs: 500 });
  expect((await next(1))[0]).toMatch(/^boot failed: GET \/healthz had no answer within 100 ms for \d+ ms$/);
});

test('a connection that QEMU took and the guest did not is no answer of the guest', async () => {
  const port = await listen(createServer((socket) => socket.on('error', () => undefined)));
  const target = { hasPendingConnections: async () => true };
  const { next } = watch(port, { timeoutMs: 100, bootDeadlineMs: 500 }, { target });
  expect((await next(1))[0]).toMatch(/^boot failed: no connection on port 8080 for \d+ ms$/);
});

test('what is not HTTP is told as such', async () => {
  const port = await listen(createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0\r\n')));
  const { next } = watch(port, { bootDeadlineMs: 300 });
  expect((await next(1))[0]).toMatch(/^boot failed: GET \/healthz was not answered in HTTP for \d+ ms$/);
});

test('an endless answer is read only as far as needed', async () => {
  let closed = 0;
  const port = await serveHttp((_, response) => {
    response.on('error', () => undefined);
    response.on('close', () => closed++);
    const more = () => {
      while (response.write(Buffer.alloc(16 * 1024))) if (response.destroyed) return;
      response.once('drain', more);
    };
    more();
  });
  const { next } = watch(port);
  await next(1);
  while (closed === 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

test('one failure is not enough where two are asked for, and success starts the count again', async () => {
  const statuses = [200, 503, 200, 503, 503, 503, 200];
  const port = await serveHttp((_, response) => response.writeHead(statuses.shift() ?? 200).end());
  const { next } = watch(port);
  expect(await next(3)).toEqual([
    'healthy true',
    expect.stringMatching(/^unhealthy: GET \/healthz answered 503 for \d+ ms$/),
    'healthy true',
  ]);
});

test('several successes in a row are needed where they are asked for', async () => {
  const statuses = [200, 503, 200, 200];
  const port = await serveHttp((_, response) => response.writeHead(statuses.shift() ?? 200).end());
  const { next } = watch(port, { healthyThreshold: 3, bootDeadlineMs: 10_000 });
  await next(1);
  expect(statuses).toEqual([]);
});

test('an instance that comes late is healthy as soon as it answers', async () => {
  const port = await freePort();
  const { next } = watch(port, { intervalMs: 60_000, bootDeadlineMs: 60_000 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  await listen(
    createHttpServer((_, response) => response.end()),
    port,
  );
  expect(await next(1)).toEqual(['healthy true']);
});

test('a first check that hangs does not hold up the others', async () => {
  let requests = 0;
  const port = await serveHttp((_, response) => {
    if (requests++ > 0) response.end();
  });
  const { next } = watch(port, { timeoutMs: 60_000, bootDeadlineMs: 60_000 });
  expect(await next(1)).toEqual(['healthy true']);
});

test('after the deadline checks go on, and it is told once', async () => {
  const statuses = Array.from({ length: 30 }, () => 503);
  const port = await serveHttp((_, response) => response.writeHead(statuses.shift() ?? 200).end());
  const { next } = watch(port, { bootDeadlineMs: 300 });
  expect(await next(2)).toEqual([expect.stringMatching(/^boot failed: /), 'healthy true']);
});

test('an instance found again is given time to answer, however long ago it was launched', async () => {
  const port = await serveHttp((_, response) => response.end());
  const { next } = watch(port, {}, { startedAt: Date.now() - 3_600_000 });
  expect(await next(1)).toEqual(['healthy true']);
});

test('an instance that was healthy before stays so without being told again', async () => {
  let status = 200;
  let requests = 0;
  const port = await serveHttp((_, response) => {
    requests++;
    response.writeHead(status).end();
  });
  const { next, told, monitor } = watch(port, {}, { healthy: true });
  while (requests < 3) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(monitor.isHealthy).toBe(true);
  expect(told).toEqual([]);
  status = 500;
  expect((await next(1))[0]).toMatch(/^unhealthy: GET \/healthz answered 500/);
});

test('nothing is told after it was stopped', async () => {
  const port = await serveHttp((_, response) => response.end());
  const { monitor, told } = watch(port);
  monitor.stop();
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(told).toEqual([]);
});

describe('a TCP check', () => {
  const check = { protocol: 'tcp', path: '/', bootDeadlineMs: 600, timeoutMs: 300 } as const;

  test('is healthy when the guest took the connection', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined)));
    const target = { hasPendingConnections: async () => false };
    expect(await watch(port, check, { target }).next(1)).toEqual(['healthy true']);
  });

  test('is not healthy while the connection waits for the guest', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined)));
    const target = { hasPendingConnections: async () => true };
    expect((await watch(port, check, { target }).next(1))[0]).toMatch(
      /^boot failed: no connection on port 8080 for \d+ ms$/,
    );
  });

  test('is not healthy when the connection is closed at once', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined).end()));
    const target = { hasPendingConnections: async () => false };
    expect((await watch(port, check, { target }).next(1))[0]).toMatch(/^boot failed: no connection on port/);
  });

  test('goes by whether the connection stays open where nobody tells', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined)));
    expect(await watch(port, { ...check, timeoutMs: 2000 }).next(1)).toEqual(['healthy true']);
  });
});
