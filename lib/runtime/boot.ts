import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { commandLine, forgeDisk, inspectImage, loadLoader, requireBootable } from '../image';
import type { ImageSpec } from '../spec';
import { type Acceleration, findAcceleration } from './acceleration';
import { ConsoleLog } from './console';
import { GuestProcess } from './guest-process';
import { qemuLog } from './instance';
import type { InstanceEnd } from './machine';
import { RuntimePaths } from './paths';
import { findProcesses, isRunning, processStartTime, signalProcess } from './process-info';
import { findQemu, type Qemu } from './qemu';
import type { BootSource, GuestSpec } from './qemu-arguments';
import { freePort, startQemu } from './start-qemu';

export interface RunImageOptions {
  /** A kernel or a raw disk. */
  readonly path: string;
  /** @default - what the file itself says */
  readonly kind?: ImageSpec['kind'];
  /** How a kernel boots: from a forged disk, as in a cloud, or directly. @default 'direct' */
  readonly boot?: ImageSpec['boot'];
  /** Words of a kernel's command line. @default [] */
  readonly bootArgs?: readonly string[];
  readonly memoryMib: number;
  /** TCP port that the guest serves on. @default - none is published */
  readonly port?: number;
  /** Loopback port that leads to it. @default - any free one */
  readonly hostPort?: number;
  /** The guest's name, which it learns by DHCP. @default 'run' */
  readonly name?: string;
  /** Where the answer about acceleration is kept. @default RuntimePaths.fromEnvironment().home */
  readonly stateFolder?: string;
  /** Where its own files go, until it ends. @default os.tmpdir() */
  readonly temporaryFolder?: string;
  /** Called once QEMU runs. */
  readonly onStarted?: (started: StartedImage) => void;
}

/** How an image came to run. */
export interface StartedImage {
  /** Null where no port is published. */
  readonly hostPort: number | null;
  readonly acceleration: Acceleration;
  readonly qemu: Qemu;
}

const PREFIX = 'kiln-run-';
const OWNER_FILE = 'owner';
const BOUND_INTERVAL_MS = 250;
/** A folder without an owner is being made, or is a ruin. */
const MAKING_MS = 10_000;

/**
 * Boots one image in the foreground, with its console handed out as it comes, safe to show. Resolves when the guest has
 * ended, by itself or because `signal` aborted; nothing of it is left then. What a run that was killed left behind is
 * cleared away by the next one.
 * @throws KilnError `image.*`, `qemu.*` (`qemu.port-taken` for a `hostPort` in use)
 */
export async function runImage(
  options: RunImageOptions,
  onConsole: (text: string) => void,
  signal: AbortSignal,
): Promise<InstanceEnd> {
  const path = resolve(options.path);
  const kind = checkedKind(path, options);
  const qemu = await findQemu();
  const state = options.stateFolder ?? RuntimePaths.fromEnvironment().home;
  const acceleration = await findAcceleration(qemu, state);
  const temporary = options.temporaryFolder ?? tmpdir();
  await clearKilledRuns(temporary);
  const folder = await mkdtemp(join(temporary, PREFIX));
  try {
    await writeFile(join(folder, OWNER_FILE), `${process.pid} ${processStartTime(process.pid)}`);
    const source = await bootSource(path, kind, options, folder);
    const hostPort = options.port === undefined ? null : (options.hostPort ?? (await freePort()));
    const guest = guestOf(options, source, acceleration, hostPort, folder);
    return await runGuest(qemu, guest, folder, onConsole, signal, () =>
      options.onStarted?.({ hostPort, acceleration, qemu }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkedKind(path: string, options: RunImageOptions): ImageSpec['kind'] {
  const image = inspectImage(path);
  const isDisk = ['mbr-disk', 'gpt-disk', 'qcow2'].includes(image.format);
  const kind = options.kind ?? (isDisk ? 'disk' : 'kernel');
  requireBootable(image, { kind, boot: options.boot ?? 'direct', machine: 'x86-64' });
  return kind;
}

async function bootSource(
  path: string,
  kind: ImageSpec['kind'],
  options: RunImageOptions,
  folder: string,
): Promise<BootSource> {
  const bootArgs = options.bootArgs ?? [];
  if (kind === 'disk') return { kind: 'scratch-disk', path };
  if (options.boot !== 'disk')
    return { kind: 'kernel', path, commandLine: commandLine(bootArgs), initrd: null };
  const disk = await forgeDisk(path, { bootArgs }, loadLoader(), join(folder, 'disk'));
  return { kind: 'disk', path: disk.path };
}

function guestOf(
  options: RunImageOptions,
  boot: BootSource,
  acceleration: Acceleration,
  hostPort: number | null,
  folder: string,
): GuestSpec {
  const { port, memoryMib, name = 'run' } = options;
  return {
    name,
    boot,
    memoryMib,
    accelerator: acceleration.accelerator,
    port: port === undefined || hostPort === null ? null : { guest: port, host: hostPort },
    peers: [],
    pidFile: join(folder, 'qemu.pid'),
    consoleFile: new ConsoleLog(folder).file,
    qmpSocket: join(folder, 'qmp.sock'),
  };
}

async function runGuest(
  qemu: Qemu,
  guest: GuestSpec,
  folder: string,
  onConsole: (text: string) => void,
  signal: AbortSignal,
  onStarted: () => void,
): Promise<InstanceEnd> {
  const logFile = qemuLog(folder);
  const started = await startQemu(qemu, guest, { logFile });
  const guestProcess = new GuestProcess({ name: guest.name, logFile, ...started });
  const console = new ConsoleLog(folder);
  const bounding = setInterval(() => void console.bound().catch(() => undefined), BOUND_INTERVAL_MS);
  const over = new AbortController();
  const following = console.follow(onConsole, over.signal);
  const stop = () => void guestProcess.stop().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) stop();
    onStarted();
    return await guestProcess.ended;
  } finally {
    signal.removeEventListener('abort', stop);
    clearInterval(bounding);
    await guestProcess.stop();
    over.abort();
    await following;
  }
}

/** QEMU outlives a run that is killed; the next one ends it. */
async function clearKilledRuns(temporary: string): Promise<void> {
  for (const name of await readdir(temporary)) {
    // Another run may be clearing the same remains.
    if (name.startsWith(PREFIX)) await clearKilledRun(join(temporary, name)).catch(() => undefined);
  }
}

async function clearKilledRun(folder: string): Promise<void> {
  const { uid, mtimeMs } = await stat(folder);
  if (process.getuid && uid !== process.getuid()) return;
  const owner = await readFile(join(folder, OWNER_FILE), 'utf8').catch(() => undefined);
  if (owner === undefined && Date.now() - mtimeMs < MAKING_MS) return;
  const [, pid, startTime] = /^(\d+) (.+)$/.exec(owner ?? '') ?? [];
  if (pid !== undefined && startTime !== undefined && isRunning(Number(pid), startTime)) return;
  for (const { pid } of findProcesses(`-pidfile ${folder}/`)) {
    const started = processStartTime(pid);
    if (started !== undefined) signalProcess(pid, started, 'SIGKILL');
  }
  await rm(folder, { recursive: true, force: true });
}
