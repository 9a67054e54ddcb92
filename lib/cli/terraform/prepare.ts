import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readFileIfAny, writeFileAtomic } from '../../io/files';
import type { SynthesizedStack } from '../manifest';
import type { FoundTerraform } from './find';
import { type InstallOptions, installProvider, PROVIDER_SOURCE } from './install';
import { LOCK_FILE } from './lock-file';
import type { Terraform } from './terraform';

export interface PrepareOptions {
  readonly stack: SynthesizedStack;
  readonly found: FoundTerraform;
  readonly terraform: Terraform;
  readonly provider: Pick<InstallOptions, 'file' | 'version'>;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Makes a stack's folder ready to plan: our provider installed, `terraform init` done. It is skipped when nothing that
 * it looks at has changed since it last succeeded, which saves a second or so each time.
 * @returns true when `init` ran
 */
export async function prepareStack(options: PrepareOptions): Promise<boolean> {
  const { stack, terraform } = options;
  const json = await readFile(stack.file, 'utf8');
  const providerHash = usesOurProvider(json)
    ? (await installProvider({ stackFolder: stack.folder, ...options.provider })).hash
    : '';
  const mark = markOf(stack, options.env);
  const before = await fingerprint(options, json, providerHash);
  const last = (await readFileIfAny(mark))?.toString('utf8');
  if (last === before) return false;
  await rm(mark, { force: true });
  await terraform.init();
  await mkdir(dirname(mark), { recursive: true });
  await writeFileAtomic(mark, await fingerprint(options, json, providerHash));
  return true;
}

/** Makes the next {@link prepareStack} run `init` again, for when Terraform finds its folder not in order. */
export async function forgetInit(stack: SynthesizedStack, env: NodeJS.ProcessEnv): Promise<void> {
  await rm(markOf(stack, env), { force: true });
}

/** Beside what `init` made, so that whoever deletes that deletes this. */
function markOf(stack: SynthesizedStack, env: NodeJS.ProcessEnv): string {
  return join(resolve(stack.folder, env.TF_DATA_DIR || '.terraform'), 'kiln-init');
}

function usesOurProvider(json: string): boolean {
  return json.includes(`"${PROVIDER_SOURCE}"`);
}

/** Everything that `init` depends on, in one hash. */
async function fingerprint(options: PrepareOptions, json: string, providerHash: string): Promise<string> {
  const { terraform, module } = JSON.parse(json) as Record<string, unknown>;
  const lock = (await readFileIfAny(join(options.stack.folder, LOCK_FILE)))?.toString('utf8') ?? '';
  const { path, version } = options.found;
  const parts = [path, version, providerHash, lock, JSON.stringify([terraform, module])];
  return createHash('sha256').update(parts.join('\0')).digest('hex');
}
