import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '../errors';
import { writeFileAtomic } from '../io/files';
import { runProgram } from '../io/processes';
import { PROBE_DEVICE, PROBE_EXIT_CODE, probeKernel } from './probe-kernel';
import { bootId } from './process-info';
import type { Qemu } from './qemu';

export type Accelerator = 'kvm' | 'hvf' | 'tcg';

/** How guests run here, and why so, for `kiln doctor`. */
export interface Acceleration {
  readonly accelerator: Accelerator;
  /** One sentence, lowercase, without a full stop. */
  readonly reason: string;
}

/** What of the machine decides; a test gives its own. */
export interface HostFacts {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Model and flags of the processor; `vmx` or `svm` is among the flags where it can host guests. */
  readonly cpu: string;
  readonly kvmDevice: string;
}

/** A processor needs a tenth of it. */
const PROBE_DEADLINE_MS = 2000;

/** A probe that fails on an overloaded machine must not slow it down for ever. */
const FAILURE_KEPT_MS = 24 * 60 * 60 * 1000;

interface Remembered extends Acceleration {
  readonly key: string;
  /** ms since 1970. */
  readonly at: number;
}

/**
 * Finds out how to run guests, by running one: a `/dev/kvm` that opens may still hang a guest, or interpret each of its
 * instructions. The answer is kept in `folder` until the machine boots again, or QEMU or the processor is another one.
 */
export async function findAcceleration(qemu: Qemu, folder: string, facts?: HostFacts): Promise<Acceleration> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const host = facts ?? (await hostFacts());
  const file = join(folder, 'acceleration.json');
  const key = keyOf(qemu, host);
  const remembered = await recall(file, key);
  if (remembered) return remembered;
  const found = await decide(qemu, folder, host);
  await writeFileAtomic(file, JSON.stringify({ key, at: Date.now(), ...found } satisfies Remembered));
  return found;
}

export async function hostFacts(): Promise<HostFacts> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = /^flags\s*:\s*(.*)$/m.exec(info)?.[1] ?? '';
  return {
    platform: process.platform,
    arch: process.arch,
    cpu: `${cpus()[0]?.model ?? ''} ${flags}`,
    kvmDevice: '/dev/kvm',
  };
}

async function decide(qemu: Qemu, folder: string, host: HostFacts): Promise<Acceleration> {
  const candidate = host.platform === 'darwin' ? 'hvf' : 'kvm';
  const obstacle = candidate === 'hvf' ? hvfObstacle(host) : await kvmObstacle(host);
  const failure = obstacle ?? (await probe(qemu, folder, candidate));
  return failure === undefined
    ? { accelerator: candidate, reason: `a probe guest ran with ${candidate}` }
    : { accelerator: 'tcg', reason: failure };
}

function hvfObstacle(host: HostFacts): string | undefined {
  return host.arch === 'x64' ? undefined : foreign(host);
}

async function kvmObstacle(host: HostFacts): Promise<string | undefined> {
  if (host.platform !== 'linux') return `there is no accelerator for ${host.platform}`;
  if (host.arch !== 'x64') return foreign(host);
  if (!/\b(vmx|svm)\b/.test(host.cpu)) return 'the processor offers no virtualisation (neither vmx nor svm)';
  try {
    await access(host.kvmDevice, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') return `there is no ${host.kvmDevice}`;
    return `${host.kvmDevice} may not be opened by this user (add the user to the group kvm)`;
  }
}

function foreign(host: HostFacts): string {
  return `an ${host.arch} processor can only emulate x86-64`;
}

/** Why the probe guest did not run to its end; undefined when it did. */
async function probe(qemu: Qemu, folder: string, accelerator: Accelerator): Promise<string | undefined> {
  const scratch = await mkdtemp(join(folder, 'probe-'));
  const deadline = AbortSignal.timeout(PROBE_DEADLINE_MS);
  try {
    const kernel = join(scratch, 'probe.elf');
    await writeFile(kernel, probeKernel());
    const result = await runProgram(qemu.path, probeArguments(accelerator, kernel), { signal: deadline });
    if (result.exitCode === PROBE_EXIT_CODE) return undefined;
    if (deadline.aborted) return `a probe guest hung with ${accelerator}`;
    const said = result.stderr.trim().split('\n').at(-1);
    return `a probe guest failed with ${accelerator}: ${said || `exit code ${result.exitCode}`}`;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

// biome-ignore format: pairs
function probeArguments(accelerator: Accelerator, kernel: string): string[] {
  return [
    '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
    '-machine', 'pc', '-accel', accelerator, '-cpu', 'host', '-m', '16',
    '-device', PROBE_DEVICE, '-kernel', kernel,
  ];
}

function keyOf(qemu: Qemu, host: HostFacts): string {
  const parts = [bootId(), qemu.path, qemu.version, host.platform, host.arch, host.cpu, host.kvmDevice];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}

/** An unreadable memory is no memory. */
async function recall(file: string, key: string): Promise<Acceleration | undefined> {
  try {
    const found = JSON.parse(await readFile(file, 'utf8')) as Remembered;
    if (found.key !== key) return undefined;
    if (found.accelerator === 'tcg' && Date.now() - found.at > FAILURE_KEPT_MS) return undefined;
    return { accelerator: found.accelerator, reason: found.reason };
  } catch {
    return undefined;
  }
}
