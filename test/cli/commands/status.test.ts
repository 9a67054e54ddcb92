import { mkdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { logs } from '../../../lib/cli/commands/logs';
import { status } from '../../../lib/cli/commands/status';
import type { InstanceStatus, ServiceStatus } from '../../../lib/spec';
import { WEB } from '../../plan/fixtures';
import { contextIn, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();

const instance = (name: string, more: Partial<InstanceStatus> = {}): InstanceStatus => ({
  name,
  revision: '448efa71',
  imageDigest: WEB.image.digest,
  phase: 'healthy',
  pid: 1,
  restarts: 0,
  healthyAfterMs: 420,
  startedAt: '2026-01-01T00:00:00Z',
  connections: 7,
  reason: null,
  ...more,
});

const SERVICE: ServiceStatus = {
  name: 'shop-web',
  phase: 'degraded',
  spec: WEB,
  revision: '448efa71',
  endpoint: 'http://127.0.0.1:20000',
  instances: [
    instance('shop-web-448efa71-0'),
    instance('shop-web-448efa71-1', {
      phase: 'backing-off',
      restarts: 3,
      healthyAfterMs: null,
      connections: 0,
      reason: 'crashed; starts again in 4 s',
    }),
  ],
};

describe('without a runtime', () => {
  test('status says plainly that it is not running, and does not start it', async () => {
    const context = contextIn(folder());
    expect(await status({}, context)).toBe(0);
    expect(context.host.outText).toBe(
      `The local runtime is not running (state folder ${join(folder(), 'kiln-home')}). \`kiln deploy\` starts it.\n`,
    );
    const json = contextIn(folder());
    await status({ json: true }, json);
    expect(JSON.parse(json.host.outText)).toMatchObject({ running: false, services: [] });
  });

  test('refuses to show a service, or its logs', async () => {
    await expect(status({ service: 'web' }, contextIn(folder()))).rejects.toMatchObject({
      code: 'runtime.not-running',
    });
    await expect(logs({ service: 'web' }, contextIn(folder()))).rejects.toThrow(
      'there are no consoles to show',
    );
  });
});

// The real daemon is tested where it lives; this one answers what a test gives it, on a real socket.
describe('with a runtime', () => {
  let server: Server;
  let services: ServiceStatus[];
  const asked: string[] = [];

  beforeEach(async () => {
    services = [SERVICE];
    asked.length = 0;
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      if (request.url === '/v1/version') response.end(JSON.stringify({ version: '0', pid: 1, services: [] }));
      else if (request.url === '/v1/services') response.end(JSON.stringify(services));
      else {
        const line = (name: string, text: string) => ({ type: 'log', log: { instance: name, line: text } });
        const lines = [line('i-0', 'one'), line('i-1', 'two'), { type: 'result', status: null }];
        response.end(lines.map((one) => `${JSON.stringify(one)}\n`).join(''));
      }
    });
    await mkdir(join(folder(), 'kiln-home'));
    await new Promise<void>((resolve) => server.listen(join(folder(), 'kiln-home/api.sock'), resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test('status shows each service with its instances, and why one is not well', async () => {
    const context = contextIn(folder());
    expect(await status({ service: 'web' }, context)).toBe(0);
    expect(context.host.outText).toBe(
      [
        'shop-web  degraded  http://127.0.0.1:20000',
        '  INSTANCE             PHASE        IMAGE         HEALTHY AFTER  RESTARTS  CONNECTIONS',
        '  shop-web-448efa71-0  healthy      a1a1a1a1a1a1  0.42 s         0         7',
        '  shop-web-448efa71-1  backing-off  a1a1a1a1a1a1                 3         0',
        '  ! shop-web-448efa71-1: crashed; starts again in 4 s',
        '',
      ].join('\n'),
    );
  });

  test('status --json gives all of it', async () => {
    const context = contextIn(folder());
    await status({ json: true }, context);
    expect(JSON.parse(context.host.outText)).toMatchObject({ running: true, services: [SERVICE] });
  });

  test('a runtime without services says so', async () => {
    services = [];
    const context = contextIn(folder());
    await status({}, context);
    expect(context.host.outText).toBe('The local runtime has no services. `kiln deploy` makes some.\n');
  });

  test('logs head each line with its instance', async () => {
    const context = contextIn(folder());
    expect(await logs({ service: 'web' }, context)).toBe(0);
    expect(context.host.outText).toBe('i-0  one\ni-1  two\n');
    expect(asked.at(-1)).toBe('/v1/services/shop-web/logs?follow=false');
  });

  test('logs of one instance are its console and nothing else', async () => {
    const context = contextIn(folder());
    await logs({ service: 'shop-web', instance: 'i-0', follow: true }, context);
    expect(context.host.outText).toBe('one\ntwo\n');
    expect(asked.at(-1)).toBe('/v1/services/shop-web/logs?follow=true&instance=i-0');
  });

  test('refuses an unknown service, and lists those there are', async () => {
    await expect(logs({ service: 'api' }, contextIn(folder()))).rejects.toThrow(
      "there is no service 'api'; there is shop-web",
    );
  });
});
