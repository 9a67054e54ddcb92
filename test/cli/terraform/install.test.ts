import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installProvider, terraformPlatform } from '../../../lib/cli/terraform/install';
import { runProgram } from '../../../lib/io/processes';
import { tryFindExecutable } from '../../../lib/io/which';
import { temporaryFolder } from '../fixtures';

const folder = temporaryFolder();
const SOURCE = 'kiln.internal/kiln-cdk/kiln';
const VERSION = '0.1.0';
let stackFolder: string;

beforeEach(async () => {
  stackFolder = join(folder(), 'stack');
  await mkdir(stackFolder);
});

async function install(bundle: string, version = VERSION) {
  const file = join(folder(), 'bundle.js');
  await writeFile(file, bundle);
  return installProvider({ stackFolder, file, version });
}

const installed = (name: string) =>
  join(stackFolder, 'terraform.d/plugins', SOURCE, VERSION, terraformPlatform(), name);

test('the provider is executable, with a package.json beside it that makes it CommonJS', async () => {
  expect((await install('#!/usr/bin/env node\n')).changed).toBe(true);
  const path = installed('terraform-provider-kiln_v0.1.0');
  expect(await readFile(path, 'utf8')).toBe('#!/usr/bin/env node\n');
  expect((await stat(path)).mode & 0o777).toBe(0o755);
  expect(JSON.parse(await readFile(installed('package.json'), 'utf8'))).toEqual({ type: 'commonjs' });
});

test('nothing is written where nothing differs, but a lost executable bit comes back', async () => {
  const path = installed('terraform-provider-kiln_v0.1.0');
  await install('a');
  const before = await stat(path);
  await chmod(path, 0o644);
  expect((await install('a')).changed).toBe(false);
  const after = await stat(path);
  expect([after.ino, after.mode & 0o777]).toEqual([before.ino, 0o755]);
});

test('refuses when the bundle is not built, and says how to build it', async () => {
  const options = { stackFolder, file: join(folder(), 'none.js'), version: VERSION };
  await expect(installProvider(options)).rejects.toMatchObject({
    code: 'provider.not-built',
    remedy: expect.stringContaining('make build'),
  });
});

test.each([
  ['linux', 'x64', 'linux_amd64'],
  ['darwin', 'arm64', 'darwin_arm64'],
  ['linux', 'ia32', 'linux_386'],
])('%s on %s is %s', (platform, arch, name) => {
  expect(terraformPlatform(platform, arch)).toBe(name);
});

describe('with the real Terraform', () => {
  let terraform: string | undefined;
  beforeAll(async () => {
    terraform = (await tryFindExecutable('terraform')) ?? (await tryFindExecutable('tofu'));
    if (terraform) return;
    if (process.env.CI === 'true') throw new Error('neither terraform nor tofu is installed');
    process.stderr.write('skipped: neither terraform nor tofu is installed\n');
  });

  /** `terraform init` reads the provider's folder but does not start it. */
  async function init() {
    const provider = { source: SOURCE, version: VERSION };
    const config = { terraform: { required_providers: { kiln: provider } }, provider: { kiln: {} } };
    await writeFile(join(stackFolder, 'cdk.tf.json'), JSON.stringify(config));
    return runProgram(terraform as string, ['init', '-input=false', '-no-color'], { cwd: stackFolder });
  }

  test('init finds it with no configuration, and computes the hash that we do', async () => {
    if (!terraform) return;
    const { hash } = await install('first build');
    expect(await init()).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(stackFolder, '.terraform.lock.hcl'), 'utf8')).toContain(`"${hash}"`);
  });

  test('another build of the same version does not stumble over the lock file', async () => {
    if (!terraform) return;
    await install('first build');
    await init();
    const { hash, changed } = await install('second build');
    expect(changed).toBe(true);
    expect(await init()).toMatchObject({ exitCode: 0 });
    expect(await readFile(join(stackFolder, '.terraform.lock.hcl'), 'utf8')).toContain(`"${hash}"`);
  });
});
