import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf, KilnError } from '../../errors';
import { readFileIfAny, writeFileAtomic } from '../../io/files';
import { dropStaleLock, folderHash } from './lock-file';

/** The provider's address; the same constant as in the constructs, which the command may not import. */
export const PROVIDER_SOURCE = 'kiln.internal/kiln-cdk/kiln';

/**
 * Node takes the module type from the nearest package.json above a file. Below a project with `"type": "module"` it
 * would refuse ours, whose name ends in a version (facts/provider-protocol.md, section 8).
 */
const PACKAGE_JSON = Buffer.from('{"type":"commonjs"}\n');

const EXECUTABLE = 0o755;

export interface InstalledProvider {
  /** Terraform's `h1:` hash of the folder. */
  readonly hash: string;
  /** False when everything was there already. */
  readonly changed: boolean;
}

export interface InstallOptions {
  /** Where Terraform runs. */
  readonly stackFolder: string;
  /** The bundled provider. */
  readonly file: string;
  readonly version: string;
}

/**
 * Puts the provider where Terraform finds it with no configuration: `terraform.d/plugins` beside the stack. Writes only
 * what differs, each file whole or not at all, and drops what the lock file knows of an earlier build.
 * @throws KilnError `provider.not-built` when the bundle is not there, `file.not-written`
 */
export async function installProvider(options: InstallOptions): Promise<InstalledProvider> {
  const bundle = await readBundle(options.file);
  const name = `terraform-provider-kiln_v${options.version}`;
  const files = new Map([
    [name, bundle],
    ['package.json', PACKAGE_JSON],
  ]);
  const folder = join(options.stackFolder, pluginFolder(options.version));
  await mkdir(folder, { recursive: true });
  let changed = false;
  for (const [file, bytes] of files) {
    const mode = file === name ? EXECUTABLE : 0o644;
    changed = (await writeIfDifferent(join(folder, file), bytes, mode)) || changed;
  }
  const hash = folderHash(files);
  const dropped = await dropStaleLock(options.stackFolder, PROVIDER_SOURCE, options.version, hash);
  return { hash, changed: changed || dropped };
}

/** Relative to the stack's folder; the layout is Terraform's. */
function pluginFolder(version: string): string {
  return join('terraform.d', 'plugins', PROVIDER_SOURCE, version, terraformPlatform());
}

/** `linux_amd64`, as Go names it. */
export function terraformPlatform(platform: string = process.platform, arch: string = process.arch): string {
  const goArch: Record<string, string> = { x64: 'amd64', ia32: '386' };
  return `${platform === 'win32' ? 'windows' : platform}_${goArch[arch] ?? arch}`;
}

async function readBundle(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new KilnError(`the provider is not there: '${file}'`, {
      code: 'provider.not-built',
      source: 'tool',
      remedy: 'In a checkout of Kiln run `make build`; otherwise install the package again.',
      cause: error,
    });
  }
}

async function writeIfDifferent(path: string, bytes: Buffer, mode: number): Promise<boolean> {
  const there = await readFileIfAny(path);
  if (there?.equals(bytes)) {
    if (((await stat(path)).mode & 0o777) !== mode) await chmod(path, mode);
    return false;
  }
  await writeFileAtomic(path, bytes, { mode });
  return true;
}
