import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { engines } from '../../../package.json';
import { tryFindExecutable } from '../../io/which';
import { findAcceleration } from '../../runtime/acceleration';
import { RuntimePaths, tryConnectRuntime } from '../../runtime/client';
import { prepareHome } from '../../runtime/home';
import { findQemu } from '../../runtime/qemu';
import { Size } from '../../units';
import type { CommandContext } from '../context';
import { providerFile } from '../package-root';
import { readProject } from '../project';
import { compareVersions, findTerraform, OLDEST } from '../terraform/find';
import { type Finding, finding, missing, ok, warning } from './finding';

/** Images, consoles and the plugin's copies; a disk with less than this is about to be full. */
const ENOUGH_DISK = Size.gibibytes(1);

export interface DoctorChecksOptions {
  /** `--terraform` */
  readonly terraform?: string | undefined;
}

/** Everything that a deploy on this machine needs, in the order in which it needs it. */
export async function runChecks(options: DoctorChecksOptions, context: CommandContext): Promise<Finding[]> {
  const paths = RuntimePaths.fromEnvironment(context.env);
  return [
    checkNode(process.versions.node),
    ...(await Promise.all([
      finding('terraform', () => checkTerraform(options, context)),
      ...checkTerraformConfig(context.env),
      finding('provider', async () => checkProvider(providerFile())),
      finding('qemu', () => checkQemu(context.env)),
    ])),
    // These two write into the same folder, and the second needs that the first has made it.
    await finding('state folder', () => checkHome(paths)),
    await finding('acceleration', () => checkAcceleration(paths, context.env)),
    await finding('free disk', () => checkDisk(paths.home)),
    await finding('local runtime', () => checkRuntime(paths)),
    await checkCompiler(context.env),
  ];
}

export function checkNode(version: string): Finding {
  const oldest = /\d+\.\d+\.\d+/.exec(engines.node)?.[0] ?? '0.0.0';
  if (compareVersions(version, oldest) >= 0) return ok('node', version);
  return missing(
    'node',
    `${version}, and Kiln needs ${oldest} or newer`,
    'Install Node.js 20 or newer: nodejs.org',
  );
}

async function checkTerraform(options: DoctorChecksOptions, { env, cwd }: CommandContext): Promise<Finding> {
  const project = await readProject(cwd).catch(() => undefined);
  const found = await findTerraform({ env, cwd, asked: options.terraform, configured: project?.terraform });
  return ok(
    'terraform',
    `${found.product} ${found.version} at ${found.path} (${OLDEST[found.product]} or newer will do)`,
  );
}

/** Terraform itself goes on without it, after a warning at each start. */
function checkTerraformConfig(env: NodeJS.ProcessEnv): Finding[] {
  const config = env.TF_CLI_CONFIG_FILE;
  if (!config || existsSync(config)) return [];
  const found = `TF_CLI_CONFIG_FILE is '${config}', which does not exist; Kiln leaves it out`;
  return [warning('terraform settings', found, 'Unset TF_CLI_CONFIG_FILE, or make the file.')];
}

export function checkProvider(file: string): Finding {
  if (existsSync(file)) return ok('provider', file);
  return missing('provider', `'${file}' is not there`, 'In a checkout of Kiln run: make build');
}

async function checkQemu(env: NodeJS.ProcessEnv): Promise<Finding> {
  const qemu = await findQemu(env);
  return ok('qemu', `${qemu.version} at ${qemu.path}`);
}

async function checkHome(paths: RuntimePaths): Promise<Finding> {
  await prepareHome(paths);
  return ok('state folder', paths.home);
}

async function checkAcceleration(paths: RuntimePaths, env: NodeJS.ProcessEnv): Promise<Finding> {
  const { accelerator, reason } = await findAcceleration(await findQemu(env), paths.home);
  if (accelerator !== 'tcg') return ok('acceleration', `${accelerator}: ${reason}`);
  return warning('acceleration', `none, guests are emulated: ${reason}`, null);
}

async function checkDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB`;
  if (free >= ENOUGH_DISK.toBytes()) return ok('free disk', text);
  return warning(
    'free disk',
    `${text} below '${folder}'`,
    'Free some space, or set KILN_HOME to a folder on another disk.',
  );
}

async function checkRuntime(paths: RuntimePaths): Promise<Finding> {
  const runtime = await tryConnectRuntime({ paths });
  if (!runtime) return ok('local runtime', 'not running; a deploy starts it');
  const { version, pid, services } = await runtime.version();
  const count = `${services.length} service${services.length === 1 ? '' : 's'}`;
  return ok('local runtime', `version ${version} runs as process ${pid}, with ${count}`);
}

/** Only the unikernel of `kiln init` and the examples are built; a kernel from elsewhere needs neither. */
async function checkCompiler(env: NodeJS.ProcessEnv): Promise<Finding> {
  const absent: string[] = [];
  for (const program of ['gcc', 'make']) {
    if (!(await tryFindExecutable(program, env))) absent.push(program);
  }
  if (absent.length === 0) return ok('gcc and make', 'there, for the example unikernel');
  const remedy = 'Install them: apt-get install gcc make (Debian, Ubuntu), dnf install gcc make (Fedora).';
  return warning('gcc and make', `no ${absent.join(' and no ')}, which build the example unikernel`, remedy);
}
