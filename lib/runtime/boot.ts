import { symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KilnError } from '../errors';
import {
  commandLine,
  forgeDisk,
  hashInitrd,
  type ImageInspection,
  inspectImage,
  loadLoader,
  readyDisk,
} from '../image';
import { type Acceleration, findAcceleration } from './acceleration';
import { type BootPlan, type BootWishes, planBoot } from './boot-plan';
import { ConsoleLog } from './console';
import { findFirmware } from './firmware';
import { FirmwareText } from './firmware-text';
import { GuestProcess } from './guest-process';
import { qemuLog } from './instance';
import type { InstanceEnd } from './machine';
import { chooseDevices, type DeviceWishes, type MachineDevices, withoutNetwork } from './machine-devices';
import { RuntimePaths } from './paths';
import { findQemu, type Qemu } from './qemu';
import type { BootSource, GuestSpec } from './qemu-arguments';
import { withRunFolder } from './run-folder';
import { freePort, startQemu } from './start-qemu';

export { DISK_BUSES, NIC_MODELS } from './machine-devices';

export interface RunImageOptions extends BootWishes, DeviceWishes {
  /** A kernel or a disk. */
  readonly path: string;
  /** TCP port that the guest serves on. @default - none is published */
  readonly port?: number | undefined;
  /** Loopback port that leads to it. @default - any free one */
  readonly hostPort?: number;
  /** The guest's name, which it learns by DHCP. @default 'run' */
  readonly name?: string;
  /** Where the answer about acceleration is kept. @default RuntimePaths.fromEnvironment().home */
  readonly stateFolder?: string;
  /** Where its own files go, until it ends. @default os.tmpdir() */
  readonly temporaryFolder?: string;
  /** Called before work that may take a while, with one sentence. */
  readonly onPreparing?: (message: string) => void;
  /** Called once QEMU runs. */
  readonly onStarted?: (started: StartedImage) => void;
}

/** How an image came to run. */
export interface StartedImage {
  readonly image: ImageInspection;
  readonly plan: BootPlan;
  readonly devices: MachineDevices;
  /** What is not as one might expect, one sentence each, lowercase, without a full stop. */
  readonly notices: readonly string[];
  /** Port that the guest serves on; null where none is published. */
  readonly port: number | null;
  /** Loopback port that leads to it. */
  readonly hostPort: number | null;
  readonly acceleration: Acceleration;
  readonly qemu: Qemu;
}

const BOUND_INTERVAL_MS = 250;

/**
 * Boots one image in the foreground, with its console handed out as it comes, safe to show. Resolves when the guest has
 * ended, by itself or because `signal` aborted; nothing of it is left then. What a run that was killed left behind is
 * cleared away by the next one.
 * @throws KilnError `image.*`, `qemu.*` (`qemu.port-taken` for a `hostPort` in use), `run.devices`, `run.no-network`
 */
export async function runImage(
  options: RunImageOptions,
  onConsole: (text: string) => void,
  signal: AbortSignal,
): Promise<InstanceEnd> {
  const path = resolve(options.path);
  const image = inspectImage(path);
  const plan = planBoot(image, options);
  const { devices, notices } = devicesFor(image, plan, options);
  const qemu = await findQemu(process.env, plan.architecture);
  const acceleration = await accelerationFor(plan, qemu, options);
  const firmware = plan.isUefi ? await findFirmware(qemu, plan.architecture) : null;
  return withRunFolder(options.temporaryFolder ?? tmpdir(), async (folder) => {
    const boot = await bootSource(path, image, plan, { ...options, signal }, folder);
    const hostPort = options.port === undefined ? null : (options.hostPort ?? (await freePort()));
    const guest: GuestSpec = {
      ...guestOf(options, hostPort, folder),
      ...{ boot, devices, firmware, memoryMib: plan.memoryMib, accelerator: acceleration.accelerator },
    };
    return await runGuest(qemu, guest, folder, onConsole, signal, () =>
      options.onStarted?.({
        ...{ image, plan, devices, hostPort, acceleration, qemu },
        port: options.port ?? null,
        notices: [...plan.notices, ...notices],
      }),
    );
  }).catch((error) => {
    if ((error as Error).name === 'AbortError' && signal.aborted) return { reason: 'it was stopped' };
    throw error;
  });
}

/** @throws KilnError `run.no-network` for a port of a guest that can have no network card */
function devicesFor(image: ImageInspection, plan: BootPlan, options: RunImageOptions) {
  const boot = plan.way === 'direct' ? 'kernel' : 'disk';
  const chosen = chooseDevices({ ...plan, boot, system: image.system }, options);
  if (options.port === undefined || chosen.devices.nic !== null) return chosen;
  throw new KilnError(`port ${options.port} cannot be published: ${withoutNetwork(image)}`, {
    code: 'run.no-network',
    remedy: 'Leave --port out, or try a card that it may drive after all: --nic.',
  });
}

async function accelerationFor(plan: BootPlan, qemu: Qemu, options: RunImageOptions): Promise<Acceleration> {
  if (plan.architecture === 'arm64') {
    return { accelerator: 'tcg', reason: 'guests for arm64 are always emulated' };
  }
  return findAcceleration(qemu, options.stateFolder ?? RuntimePaths.fromEnvironment().home);
}

async function bootSource(
  path: string,
  image: ImageInspection,
  { way }: BootPlan,
  { bootArgs = [], initrd, signal, onPreparing }: RunImageOptions & { readonly signal: AbortSignal },
  folder: string,
): Promise<BootSource> {
  const disk = join(folder, 'disk');
  if (way === 'ready') {
    if (image.format !== 'qcow2' && bootArgs.length === 0) return { kind: 'scratch-disk', path };
    onPreparing?.(image.format === 'qcow2' ? 'unpacking the qcow2' : 'copying the disk, for its arguments');
    return { kind: 'scratch-disk', path: (await readyDisk(path, { bootArgs, signal }, disk)).path };
  }
  if (way === 'direct') {
    return { kind: 'kernel', path, commandLine: commandLine(bootArgs), initrd: await linked(initrd, folder) };
  }
  const options = { bootArgs, initrd: initrd && resolve(initrd), layout: way };
  return { kind: 'disk', path: (await forgeDisk(path, options, loadLoader(way), disk)).path };
}

/** QEMU takes a multiboot module's path for a list with arguments, so a space or a comma in it would part it. */
async function linked(initrd: string | undefined, folder: string): Promise<string | null> {
  if (initrd === undefined) return null;
  // For its refusals.
  hashInitrd(initrd);
  const link = join(folder, 'initrd');
  await symlink(resolve(initrd), link);
  return link;
}

function guestOf(options: RunImageOptions, hostPort: number | null, folder: string) {
  const { port, name = 'run' } = options;
  return {
    name,
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
  const text = guest.firmware ? new FirmwareText() : undefined;
  const following = console.follow((piece) => onConsole(text?.write(piece) ?? piece), over.signal);
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
    if (text) onConsole(text.end());
  }
}
