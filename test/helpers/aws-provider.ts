import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { testWith } from './boot-fixture';

/** The provider that synthesised configurations are tried with; those of an app pin another one. */
export const AWS_PROVIDER_VERSION = '5.100.0';

/** A folder for `terraform init -plugin-dir`: `<folder>/<registry>/hashicorp/aws/<version>/<platform>`. */
const LAYOUT = ['hashicorp', 'aws', AWS_PROVIDER_VERSION, platform()] as const;

/**
 * A mirror of Terraform plugins that holds hashicorp/aws: `KILN_TEST_AWS_MIRROR`, else the first of the usual places.
 * Undefined where there is none.
 */
function findAwsMirror(): string | undefined {
  const named = process.env.KILN_TEST_AWS_MIRROR;
  const places = named ? [named] : usualPlaces(process.env);
  return places.find((place) => foldersOf(place).some((registry) => existsSync(join(registry, ...LAYOUT))));
}

/**
 * `test` where Terraform, the provider and the tools are there, otherwise a skip that says why. The provider is in no
 * package that CI installs, so its absence is never a failure.
 */
export function testWithAwsProvider(...tools: readonly string[]): typeof test | typeof test.skip {
  if (findAwsMirror() !== undefined) return testWith('terraform', ...tools);
  process.stderr.write(
    `skipped, because no plugin mirror with hashicorp/aws ${AWS_PROVIDER_VERSION} was found; KILN_TEST_AWS_MIRROR names one\n`,
  );
  return test.skip;
}

/**
 * Puts the provider where Terraform and OpenTofu look in a home without a configuration of its own. Only the last folder may
 * be a link.
 */
export function linkAwsProvider(home: string): void {
  const found = foldersOf(requireMirror()).map((registry) => join(registry, ...LAYOUT));
  const [provider = ''] = found.filter((place) => existsSync(place));
  for (const registry of ['registry.terraform.io', 'registry.opentofu.org']) {
    const place = join(home, '.terraform.d/plugins', registry, ...LAYOUT);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(provider, place);
  }
}

/**
 * Has the provider look at configurations as `terraform validate` does; each is Terraform's JSON, by a name that is a word.
 * All in one run, because starting the provider takes seconds.
 * @throws with Terraform's words where one is not valid
 */
export function validateWithAws(
  configurations: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): void {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-validate-'));
  try {
    const names = Object.keys(configurations);
    const modules = Object.fromEntries(names.map((name) => [name, { source: `./${name}` }]));
    writeFileSync(join(folder, 'main.tf.json'), JSON.stringify({ module: modules }));
    for (const name of names) {
      mkdirSync(join(folder, name));
      // In lines, of which an error shows one.
      const text = JSON.stringify(asModule(configurations[name] ?? {}), undefined, 1);
      writeFileSync(join(folder, name, 'main.tf.json'), text);
    }
    terraform(folder, 'init', '-backend=false', `-plugin-dir=${requireMirror()}`);
    terraform(folder, 'validate');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Without its backend, and with the version that is there in place of the pinned one. */
function asModule(configuration: Readonly<Record<string, unknown>>): object {
  const parts = Object.entries(configuration).filter(
    ([name, part]) => !name.startsWith('//') && Object.keys(part as object).length > 0,
  );
  const aws = { source: 'hashicorp/aws', version: AWS_PROVIDER_VERSION };
  return { ...Object.fromEntries(parts), terraform: { required_providers: { aws } } };
}

function terraform(folder: string, command: string, ...flags: readonly string[]): void {
  try {
    execFileSync('terraform', [command, '-no-color', ...flags], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, CHECKPOINT_DISABLE: '1' },
      stdio: 'pipe',
    });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: Buffer; stderr?: Buffer };
    throw new Error(`terraform ${command}: ${stdout}${stderr}`);
  }
}

function requireMirror(): string {
  const mirror = findAwsMirror();
  if (mirror === undefined) throw new Error('no plugin mirror with hashicorp/aws');
  return mirror;
}

/** Where Terraform itself looks, its plugin cache, and one level of where optional software lies. */
function usualPlaces(env: NodeJS.ProcessEnv): string[] {
  const { XDG_DATA_HOME = join(homedir(), '.local/share'), XDG_DATA_DIRS = '/usr/local/share:/usr/share' } =
    env;
  return [
    ...(env.TF_PLUGIN_CACHE_DIR ? [env.TF_PLUGIN_CACHE_DIR] : []),
    join(homedir(), '.terraform.d/plugins'),
    ...[XDG_DATA_HOME, ...XDG_DATA_DIRS.split(':')].map((folder) => join(folder, 'terraform/plugins')),
    ...foldersOf('/opt'),
  ];
}

function foldersOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

function platform(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return `${process.platform}_${architecture}`;
}
