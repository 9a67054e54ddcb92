import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UNKNOWN } from '../../../lib/plugin';
import { objectShape } from '../../../lib/plugin/schema/schema';
import { createServerCertificate } from '../../../lib/plugin/server/certificate';
import { encodeValue } from '../../../lib/plugin/values/codec';
import { thing, toyProvider } from '../fixtures/toy-provider';
import { PluginClient } from '../helpers/plugin-client';
import {
  bundle,
  PluginProcess,
  removeFolder,
  temporaryFolder,
  terraformEnvironment,
} from '../helpers/plugin-process';

const folder = temporaryFolder();
const running: PluginProcess[] = [];
const clients: PluginClient[] = [];
let toy = '';
let odd = '';

beforeAll(() => {
  toy = bundle('toy-main.ts', join(folder, 'toy.cjs'));
  odd = bundle('odd-main.ts', join(folder, 'odd.cjs'));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const plugin of running.splice(0)) await plugin.kill();
});

afterAll(() => removeFolder(folder));

async function ready(
  file: string,
  options: Parameters<typeof PluginProcess.ready>[1] = {},
): Promise<PluginProcess> {
  const plugin = await PluginProcess.ready(file, options);
  running.push(plugin);
  return plugin;
}

function connect(plugin: PluginProcess): PluginClient {
  const client = plugin.connect();
  clients.push(client);
  return client;
}

/** Creates a thing that takes `delayMs`, in a provider that keeps its things in the test's folder. */
async function createSlowly(client: PluginClient, delayMs: number) {
  const config = encodeValue(objectShape(toyProvider.schema!.attributes), { root: join(folder, 'things') });
  await client.call('ConfigureProvider', { config });
  const shape = objectShape(thing.schema.attributes);
  const given = { name: 'slow', size: 1, delay_ms: delayMs };
  const outputs = { id: UNKNOWN, zone: UNKNOWN, revision: UNKNOWN, secret_length: UNKNOWN };
  return client.call('ApplyResourceChange', {
    typeName: 'toy_thing',
    plannedState: encodeValue(shape, { ...given, ...outputs }),
    config: encodeValue(shape, given),
  });
}

describe('the handshake', () => {
  test('is one line that Terraform can read, with a certificate and no padding', async () => {
    for (let run = 0; run < 4; run += 1) {
      const plugin = await ready(toy);
      expect(plugin.handshake.slice(0, 3)).toEqual(['1', '6', 'unix']);
      expect(plugin.handshake[4]).toBe('grpc');
      expect(plugin.handshake[5]).toMatch(/^[A-Za-z0-9+/]{300,}$/);
      expect((await connect(plugin).call('GetMetadata')).dataSources).toEqual([{ typeName: 'toy_shelf' }]);
    }
  });

  test('has no certificate where Terraform asks for no TLS', async () => {
    const plugin = await ready(toy, { tls: false, env: { TF_DISABLE_PLUGIN_TLS: '1' } });
    expect(plugin.handshake[5]).toBe('');
    expect((await connect(plugin).call('GetMetadata')).resources).toHaveLength(2);
  });

  test('names a socket in a folder that only the owner can enter', async () => {
    const plugin = await ready(toy);
    expect(statSync(dirname(plugin.handshake[3]!)).mode & 0o777).toBe(0o700);
  });

  test('names a short path where the temporary folder is too deep for a socket', async () => {
    const deep = join(folder, 'd'.repeat(90));
    mkdirSync(deep);
    const plugin = await ready(toy, { env: { TMPDIR: deep } });
    expect(plugin.handshake[3]).toMatch(/^\/tmp\/plugin-\w+\/s$/);
    await connect(plugin).shutdown();
    await plugin.exited;
  });

  test('comes before anything that the provider prints', async () => {
    const plugin = await ready(odd, { env: { ODD: 'noisy' } });
    await connect(plugin).call('GetMetadata');
    expect(plugin.stdout).toMatch(/^1\|6\|[^\n]*\n$/);
    expect(plugin.stderr).toContain('an early line\n');
    expect(plugin.stderr).toContain('a stray line\n');
  });

  test('refuses to run by hand, and says what to do', async () => {
    const plugin = PluginProcess.start(toy, { PATH: process.env.PATH });
    expect(await plugin.exited).toBe(1);
    expect(plugin.stdout).toBe('');
    expect(plugin.stderr).toBe(
      'This program is a Terraform provider, and Terraform did not start it.\n' +
        'To use it: run terraform (or tofu) in a folder whose configuration names this provider; ' +
        'it starts the provider by itself.\n',
    );
  });

  test('refuses a Terraform that only speaks protocol 5', async () => {
    const env = { ...terraformEnvironment(createServerCertificate()), PLUGIN_PROTOCOL_VERSIONS: '5' };
    const plugin = PluginProcess.start(toy, env);
    expect(await plugin.exited).toBe(1);
    expect(plugin.stderr).toBe(
      'This provider speaks plugin protocol 6, and this Terraform speaks 5.\nTo use it: use Terraform 1.11 or later.\n',
    );
  });
});

describe('the end', () => {
  test('comes at once after a shutdown, and leaves nothing behind', async () => {
    const plugin = await ready(toy);
    await connect(plugin).shutdown();
    expect(await plugin.exited).toBe(0);
    expect(existsSync(dirname(plugin.handshake[3]!))).toBe(false);
  });

  test('does not come by SIGINT or SIGTERM, which reach every process of the group', async () => {
    const plugin = await ready(toy);
    const creating = createSlowly(connect(plugin), 200);
    plugin.child.kill('SIGINT');
    plugin.child.kill('SIGTERM');
    expect((await creating).diagnostics).toEqual([]);
    expect(plugin.child.exitCode).toBeNull();
  });

  test('of a call comes early when Terraform stops the provider', async () => {
    const plugin = await ready(toy);
    const client = connect(plugin);
    const creating = createSlowly(client, 60_000);
    while (!plugin.stderr.includes('waiting')) await sleep(10);
    await client.call('StopProvider');
    const { diagnostics, newState } = await creating;
    expect(diagnostics).toMatchObject([{ severity: 1, summary: 'Interrupted' }]);
    expect(newState!.msgpack.length).toBeGreaterThan(10);
  });

  test('comes by itself when the parent is killed, after aborting what was under way', async () => {
    const starter = `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, [${JSON.stringify(toy)}], { stdio: ['ignore', 'pipe', 'pipe'] });
      child.stderr.on('data', (text) => process.stdout.write(text));
      child.stdout.on('data', (text) => process.stdout.write(child.pid + '|' + text));`;
    const env = terraformEnvironment();
    const parent = spawn(process.execPath, ['-e', starter], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [text] = (await once(parent.stdout, 'data')) as [Buffer];
    const [pid = '', , , , socketPath = ''] = text.toString().split('|');
    const client = new PluginClient({ socketPath });
    clients.push(client);
    const creating = createSlowly(client, 60_000);
    await once(parent.stdout, 'data');
    parent.kill('SIGKILL');
    expect((await creating).diagnostics).toMatchObject([{ summary: 'Terraform is gone' }]);
    while (isAlive(Number(pid))) await sleep(20);
    expect(existsSync(dirname(socketPath))).toBe(false);
  });

  test('by a fault shows its stack under a word that Terraform looks for', async () => {
    const plugin = await ready(odd, { env: { ODD: 'crash' } });
    await connect(plugin)
      .call('GetMetadata')
      .catch(() => undefined);
    expect(await plugin.exited).toBe(2);
    expect(plugin.stderr).toMatch(/^panic: lost the thread\n\nError: lost the thread\n +at /);
  });
});

test("log lines are in the form that Terraform's log takes apart", async () => {
  const plugin = await ready(toy);
  await createSlowly(connect(plugin), 1);
  const line = plugin.stderr.split('\n').find((text) => text.includes('waiting'))!;
  expect(JSON.parse(line)).toEqual({
    '@level': 'info',
    '@message': 'waiting',
    '@module': 'toy',
    '@timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
    id: 'thing-slow',
  });
});

/** A process that has ended but was not collected yet is a zombie, and not alive. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
