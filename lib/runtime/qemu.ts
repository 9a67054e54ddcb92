import { KilnError } from '../errors';
import { runProgram } from '../io/processes';
import { tryFindExecutable } from '../io/which';

/** Machines that QEMU is, each by a program of its own. */
export type Architecture = 'x86-64' | 'arm64';

/** A QEMU that is new enough. */
export interface Qemu {
  /** Absolute path. */
  readonly path: string;
  /** `7.2.22` */
  readonly version: string;
  /** True where it can shut itself in (`-sandbox`, Linux with seccomp). */
  readonly hasSandbox: boolean;
}

/** Where each is, and the variable that names another one. */
const PROGRAMS = {
  'x86-64': { name: 'qemu-system-x86_64', variable: 'KILN_QEMU', debian: 'x86', fedora: 'x86' },
  arm64: { name: 'qemu-system-aarch64', variable: 'KILN_QEMU_ARM64', debian: 'arm', fedora: 'aarch64' },
} as const;

/** April 2021: older than the QEMU of any distribution that is still maintained. Nothing older was tried. */
const OLDEST = [6, 0] as const;

/**
 * Finds QEMU: the program that `KILN_QEMU` names, else `qemu-system-x86_64` in `PATH`; for arm64 `KILN_QEMU_ARM64` and
 * `qemu-system-aarch64`.
 * @throws KilnError `qemu.missing`, `qemu.too-old`, `qemu.unusable` (it does not say its version)
 */
export async function findQemu(
  env: NodeJS.ProcessEnv = process.env,
  architecture: Architecture = 'x86-64',
): Promise<Qemu> {
  const { name, variable } = PROGRAMS[architecture];
  const wanted = env[variable] || name;
  const path = await tryFindExecutable(wanted, env);
  if (path === undefined) {
    const where = env[variable] ? `'${variable}' is '${wanted}', which is no program` : `no ${name} in PATH`;
    throw new KilnError(`QEMU is missing: ${where}`, {
      code: 'qemu.missing',
      remedy: installRemedy(architecture),
    });
  }
  const shutIn = await runProgram(path, ['-sandbox', 'on', '-version']);
  const plain = shutIn.exitCode === 0 ? shutIn : await runProgram(path, ['-version']);
  return {
    path,
    version: versionIn(plain.stdout, plain.stderr, path, architecture),
    hasSandbox: shutIn.exitCode === 0,
  };
}

function versionIn(stdout: string, stderr: string, path: string, architecture: Architecture): string {
  const match = /version (\d+)\.(\d+)(\.\d+)?/.exec(stdout);
  if (!match) {
    const said = (stderr || stdout).trim().slice(0, 200);
    throw new KilnError(`'${path}' does not say its version as QEMU does: '${said}'`, {
      code: 'qemu.unusable',
      remedy: installRemedy(architecture),
    });
  }
  const version = `${match[1]}.${match[2]}${match[3] ?? ''}`;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return version;
  throw new KilnError(`'${path}' is QEMU ${version}; ${OLDEST.join('.')} or later is needed`, {
    code: 'qemu.too-old',
    remedy: installRemedy(architecture),
  });
}

function installRemedy(architecture: Architecture): string {
  const { debian, fedora } = PROGRAMS[architecture];
  return process.platform === 'darwin'
    ? 'Install it: brew install qemu'
    : `Install it: apt-get install qemu-system-${debian} (Debian, Ubuntu), dnf install qemu-system-${fedora}-core (Fedora).`;
}
