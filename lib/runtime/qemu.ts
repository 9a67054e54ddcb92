import { KilnError } from '../errors';
import { runProgram } from '../io/processes';
import { tryFindExecutable } from '../io/which';

/** A QEMU for x86-64 machines that is new enough. */
export interface Qemu {
  /** Absolute path. */
  readonly path: string;
  /** `7.2.22` */
  readonly version: string;
  /** True where it can shut itself in (`-sandbox`, Linux with seccomp). */
  readonly hasSandbox: boolean;
}

const PROGRAM = 'qemu-system-x86_64';

/** April 2021: older than the QEMU of any distribution that is still maintained. Nothing older was tried. */
const OLDEST = [6, 0] as const;

/**
 * Finds QEMU: the program that `KILN_QEMU` names, else `qemu-system-x86_64` in `PATH`.
 * @throws KilnError `qemu.missing`, `qemu.too-old`, `qemu.unusable` (it does not say its version)
 */
export async function findQemu(env: NodeJS.ProcessEnv = process.env): Promise<Qemu> {
  const wanted = env.KILN_QEMU || PROGRAM;
  const path = await tryFindExecutable(wanted, env);
  if (path === undefined) {
    const where = env.KILN_QEMU ? `'KILN_QEMU' is '${wanted}', which is no program` : `no ${PROGRAM} in PATH`;
    throw new KilnError(`QEMU is missing: ${where}`, { code: 'qemu.missing', remedy: installRemedy() });
  }
  const shutIn = await runProgram(path, ['-sandbox', 'on', '-version']);
  const plain = shutIn.exitCode === 0 ? shutIn : await runProgram(path, ['-version']);
  return { path, version: versionIn(plain.stdout, plain.stderr, path), hasSandbox: shutIn.exitCode === 0 };
}

function versionIn(stdout: string, stderr: string, path: string): string {
  const match = /version (\d+)\.(\d+)(\.\d+)?/.exec(stdout);
  if (!match) {
    const said = (stderr || stdout).trim().slice(0, 200);
    throw new KilnError(`'${path}' does not say its version as QEMU does: '${said}'`, {
      code: 'qemu.unusable',
      remedy: installRemedy(),
    });
  }
  const version = `${match[1]}.${match[2]}${match[3] ?? ''}`;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return version;
  throw new KilnError(`'${path}' is QEMU ${version}; ${OLDEST.join('.')} or later is needed`, {
    code: 'qemu.too-old',
    remedy: installRemedy(),
  });
}

function installRemedy(): string {
  return process.platform === 'darwin'
    ? 'Install it: brew install qemu'
    : 'Install it: apt-get install qemu-system-x86 (Debian, Ubuntu), dnf install qemu-system-x86-core (Fedora).';
}
