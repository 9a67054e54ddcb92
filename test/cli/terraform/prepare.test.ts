import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { forgetInit, prepareStack } from '../../../lib/cli/terraform/prepare';
import { Terraform } from '../../../lib/cli/terraform/terraform';
import { fakeTerraform, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();
let file: string;
let stackFolder: string;

beforeEach(async () => {
  stackFolder = join(folder(), 'stack');
  file = join(folder(), 'provider.js');
  await mkdir(stackFolder);
  await writeFile(file, 'provider');
});

async function prepare(content: object, init = ''): Promise<boolean> {
  const json = join(stackFolder, 'cdk.tf.json');
  await writeFile(json, JSON.stringify(content));
  const path = await fakeTerraform(folder(), { init });
  const found = { product: 'terraform', path, version: '1.9.9' } as const;
  const env = { PATH: process.env.PATH };
  const { signal } = new AbortController();
  const stack = { name: 's', folder: stackFolder, file: json, annotations: [], dependencies: [] };
  const terraform = new Terraform({ found, folder: stackFolder, stack: 's', env, signal });
  return prepareStack({ stack, found, terraform, provider: { file, version: '0.1.0' }, env });
}

const OURS = { terraform: { required_providers: { kiln: { source: 'kiln.internal/kiln-cdk/kiln' } } } };

test('init runs once, and not again while only resources change', async () => {
  expect(await prepare({ ...OURS, resource: { a: 1 } })).toBe(true);
  expect(await prepare({ ...OURS, resource: { a: 2 } })).toBe(false);
  expect(await readFile(join(folder(), 'calls'), 'utf8')).toBe('init -input=false -no-color\n');
});

test.each<[string, object, () => Promise<unknown>]>([
  ['a module is used', { ...OURS, module: { m: { source: './m' } } }, async () => undefined],
  ['our provider is another build', OURS, () => writeFile(file, 'provider, rebuilt')],
  ['the lock file changed', OURS, () => writeFile(join(stackFolder, '.terraform.lock.hcl'), 'x')],
  ['what init made is gone', OURS, () => rm(join(stackFolder, '.terraform'), { recursive: true })],
])('init runs again when %s', async (_what, content, change) => {
  await prepare(OURS);
  await change();
  expect(await prepare(content)).toBe(true);
});

test('init runs again after something went wrong', async () => {
  await prepare(OURS);
  await forgetInit({ name: 's', folder: stackFolder, file: '', annotations: [], dependencies: [] }, {});
  expect(await prepare(OURS)).toBe(true);
});

test('our provider is installed only where it is asked for', async () => {
  await rm(file);
  expect(await prepare({ terraform: {} })).toBe(true);
  await expect(prepare(OURS)).rejects.toMatchObject({ code: 'provider.not-built' });
});

test('refuses with what Terraform said, and tries again the next time', async () => {
  const init =
    "console.error('╷\\n│ Error: no such provider\\n│ \\n│ Look again.\\n╵'); process.exitCode = 1";
  await expect(prepare({}, init)).rejects.toMatchObject({
    code: 'terraform.init-failed',
    detail: 'Error: no such provider\n\nLook again.',
  });
  expect(await prepare({})).toBe(true);
});
