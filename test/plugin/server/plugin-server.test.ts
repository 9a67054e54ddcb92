import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KilnError } from '../../../lib/errors';
import { type ProviderDefinition, type ResourceDefinition, required, schema, t } from '../../../lib/plugin';
import { objectShape } from '../../../lib/plugin/schema/schema';
import { createServerCertificate } from '../../../lib/plugin/server/certificate';
import { PluginServer, type PluginServerOptions } from '../../../lib/plugin/server/plugin-server';
import { decodeValue, encodeValue } from '../../../lib/plugin/values/codec';
import { toyProvider } from '../fixtures/toy-provider';
import { PluginClient } from '../helpers/plugin-client';

const blobSchema = schema({ attributes: { text: required(t.string) } });
const blob: ResourceDefinition<typeof blobSchema> = {
  schema: blobSchema,
  create: async (_ctx, planned) => planned,
  read: async (ctx, state) => {
    ctx.privateState.set('echo', state.text);
    return state;
  },
  delete: (ctx) =>
    new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason))),
};
const blobs: ProviderDefinition = { name: 'blobs', version: '1.0.0', resources: { blob } };
const shape = objectShape(blobSchema.attributes);
const blobOf = (text: string) => encodeValue(shape, { text });
const NIL = { msgpack: Buffer.from('c0', 'hex') };

const log = { debug() {}, info() {}, warn() {}, error() {} };
const cleanups: (() => Promise<void> | void)[] = [];
const serverCertificate = createServerCertificate();
const terraform = createServerCertificate();

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(options: Partial<PluginServerOptions> = {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-test-'));
  const socketPath = join(folder, 's');
  const load = () => blobs;
  const server = await PluginServer.listen({ socketPath, load, log, onShutdown: () => {}, ...options });
  cleanups.push(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  return socketPath;
}

function connect(
  socketPath: string,
  tls?: ConstructorParameters<typeof PluginClient>[0]['tls'],
): PluginClient {
  const client = new PluginClient({ socketPath, ...(tls ? { tls } : {}) });
  cleanups.push(() => client.close());
  return client;
}

describe('mutual TLS', () => {
  const tls = { own: serverCertificate, client: terraform.der };

  test('the certificate that Terraform named is served', async () => {
    const client = connect(await listen({ tls }), { server: serverCertificate.der, client: terraform });
    expect((await client.call('GetMetadata')).resources).toEqual([{ typeName: 'blob' }]);
  });

  test('refuses a client without a certificate', async () => {
    const client = connect(await listen({ tls }), { server: serverCertificate.der });
    await expect(client.call('GetMetadata')).rejects.toThrow(/UNAVAILABLE|RST_STREAM/);
  });

  test('refuses a client with another certificate for the same name', async () => {
    const foreign = createServerCertificate();
    const client = connect(await listen({ tls }), { server: serverCertificate.der, client: foreign });
    await expect(client.call('GetMetadata')).rejects.toThrow(/UNAVAILABLE|RST_STREAM/);
  });
});

describe('calls', () => {
  test('the provider is loaded at the first call, and once', async () => {
    let loads = 0;
    const load = async () => {
      loads += 1;
      return blobs;
    };
    const client = connect(await listen({ load }));
    expect(loads).toBe(0);
    await Promise.all([
      client.call('GetProviderSchema'),
      client.call('GetMetadata'),
      client.call('GetFunctions'),
    ]);
    expect(loads).toBe(1);
  });

  test('refuses a method that the protocol has and this library has not', async () => {
    const client = connect(await listen());
    const paths = [
      '/tfplugin6.Provider/CallFunction',
      '/tfplugin6.Provider/toString',
      '/plugin.GRPCStdio/StreamStdio',
    ];
    for (const path of paths) {
      await expect(client.raw(path, Buffer.alloc(0), String)).rejects.toMatchObject({ code: 12 });
    }
  });

  test('refuses a message that is not one, and serves on', async () => {
    const client = connect(await listen());
    const garbage = client.raw('/tfplugin6.Provider/ReadResource', Buffer.from('0aff', 'hex'), String);
    await expect(garbage).rejects.toMatchObject({ code: 13 });
    await client.call('GetMetadata');
  });

  test('a resource that does not exist is a diagnostic', async () => {
    const client = connect(await listen());
    const { diagnostics } = await client.call('PlanResourceChange', { typeName: 'bolb' });
    expect(diagnostics).toMatchObject([{ summary: "There is no resource 'bolb'; there are blob" }]);
  });

  test('20 MiB go through, in a value and in private state', async () => {
    const client = connect(await listen());
    const text = 'x'.repeat(20 * 1024 * 1024);
    const answer = await client.call('ReadResource', { typeName: 'blob', currentState: blobOf(text) });
    expect(answer.diagnostics).toEqual([]);
    const state = decodeValue(shape, answer.newState, { strictNulls: false }) as { text: string };
    expect(state.text === text).toBe(true);
    expect(answer.private.length).toBe(text.length + '{"echo":""}'.length);
  });

  test('a hundred calls at once are all answered', async () => {
    const client = connect(await listen());
    const calls = Array.from({ length: 100 }, (_, i) =>
      client.call('ReadResource', { typeName: 'blob', currentState: blobOf(`text ${i}`) }),
    );
    const answers = await Promise.all(calls);
    expect(answers.map(({ private: bytes }) => Buffer.from(bytes).toString())).toEqual(
      answers.map((_, i) => `{"echo":"text ${i}"}`),
    );
  });

  test('a stop aborts the calls under way, and the server answers on', async () => {
    const client = connect(await listen());
    const request = { typeName: 'blob', priorState: blobOf('x'), plannedState: NIL };
    const deleting = client.call('ApplyResourceChange', request);
    await client.call('GetMetadata');
    await client.call('StopProvider');
    const { diagnostics, newState } = await deleting;
    expect(diagnostics).toMatchObject([{ summary: 'Interrupted' }]);
    expect(decodeValue(shape, newState, { strictNulls: false })).toEqual({ text: 'x' });
    expect((await client.call('GetMetadata')).resources).toHaveLength(1);
  });

  test('each connection is configured by itself', async () => {
    const socketPath = await listen({ load: () => toyProvider });
    const [one, other] = [connect(socketPath), connect(socketPath)];
    const config = encodeValue(objectShape(toyProvider.schema!.attributes), { root: '/nowhere' });
    await one.call('ConfigureProvider', { config });
    const stone = {
      typeName: 'toy_stone',
      currentState: encodeValue(objectShape(toyProvider.resources.toy_stone!.schema.attributes), { id: 'x' }),
    };
    expect((await one.call('ReadResource', stone)).diagnostics).toEqual([]);
    expect((await other.call('ReadResource', stone)).diagnostics).toMatchObject([
      { summary: 'The provider was asked for work before it was configured' },
    ]);
  });

  test('a provider that cannot be loaded says why', async () => {
    const load = () => {
      throw new KilnError('no such module', { code: 'x' });
    };
    const client = connect(await listen({ load }));
    expect((await client.call('GetProviderSchema')).diagnostics).toMatchObject([
      { summary: 'No such module' },
    ]);
  });
});

test('a shutdown is answered before it is acted on', async () => {
  let down = (): void => {};
  const acted = new Promise<void>((resolve) => {
    down = resolve;
  });
  const client = connect(await listen({ onShutdown: down }));
  await client.shutdown();
  await acted;
});
