import { KilnError } from '../../errors';
import { runProgram } from '../../io/processes';
import { tryFindExecutable } from '../../io/which';
import { terraformEnv } from './environment';

export interface FoundTerraform {
  readonly product: 'terraform' | 'tofu';
  /** Absolute path. */
  readonly path: string;
  readonly version: string;
}

export interface FindOptions {
  readonly env: NodeJS.ProcessEnv;
  /** Relative names with a slash start here. */
  readonly cwd: string;
  /** `--terraform` of the command line, before everything else. */
  readonly asked?: string | undefined;
  /** `kiln.terraform` of cdktf.json, after `KILN_TERRAFORM`. */
  readonly configured?: string | undefined;
}

/**
 * The oldest versions that will do. Terraform 1.5 and OpenTofu 1.6, which began as a copy of it, speak plugin protocol 6
 * and write the plan as JSON with drift, reasons and the paths that force a replacement; all that we use.
 */
export const OLDEST = { terraform: '1.5.0', tofu: '1.6.0' } as const;

const REMEDY =
  'Install OpenTofu (opentofu.org/docs/intro/install) or Terraform (developer.hashicorp.com/terraform/install), ' +
  'or name the program in KILN_TERRAFORM.';

/**
 * Finds the program that applies the plans: the one that was named (`--terraform`, `KILN_TERRAFORM`, cdktf.json), else
 * `terraform`, else `tofu`.
 * @throws KilnError `terraform.missing`, `terraform.broken` (does not run), `terraform.too-old`
 */
export async function findTerraform(options: FindOptions): Promise<FoundTerraform> {
  const named = options.asked ?? (options.env.KILN_TERRAFORM || undefined) ?? options.configured;
  const names = named === undefined ? ['terraform', 'tofu'] : [named];
  for (const name of names) {
    const path = await tryFindExecutable(name, options.env, options.cwd);
    if (path) return checked(path, options.env);
  }
  const what =
    named === undefined ? 'neither terraform nor tofu is in PATH' : `there is no program '${named}'`;
  throw new KilnError(what, { code: 'terraform.missing', remedy: REMEDY });
}

async function checked(path: string, env: NodeJS.ProcessEnv): Promise<FoundTerraform> {
  const { product, version } = await versionOf(path, env);
  const oldest = OLDEST[product];
  if (compareVersions(version, oldest) >= 0) return { product, path, version };
  throw new KilnError(`'${path}' is ${product} ${version}, and Kiln needs ${oldest} or newer`, {
    code: 'terraform.too-old',
    remedy: REMEDY,
  });
}

async function versionOf(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<Pick<FoundTerraform, 'product' | 'version'>> {
  const result = await runProgram(path, ['version'], { env: terraformEnv(env) });
  const match = /^(Terraform|OpenTofu) v(\d+\.\d+\.\d+\S*)/m.exec(result.stdout);
  if (result.exitCode === 0 && match) {
    return { product: match[1] === 'OpenTofu' ? 'tofu' : 'terraform', version: match[2] as string };
  }
  throw new KilnError(`'${path} version' did not say which version it is (exit code ${result.exitCode})`, {
    code: 'terraform.broken',
    detail: (result.stderr || result.stdout).trim(),
    remedy: REMEDY,
  });
}

/** Compares `1.11.4` with `1.5.0` number by number; what follows a hyphen is not looked at. */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => (version.split('-')[0] as string).split('.').map(Number));
  for (let index = 0; index < 3; index++) {
    const difference = (a?.[index] ?? 0) - (b?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
