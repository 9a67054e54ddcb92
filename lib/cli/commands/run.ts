import { basename, resolve } from 'node:path';
import { KilnError } from '../../errors';
import {
  DISK_BUSES,
  NIC_MODELS,
  type RunImageOptions,
  runImage,
  type StartedImage,
} from '../../runtime/boot';
import { RuntimePaths } from '../../runtime/client';
import { prepareHome } from '../../runtime/home';
import { type CommandContext, ExitCode } from '../context';
import { wholeNumber } from '../whole-number';

export interface RunOptions {
  readonly file: string;
  /** Boot arguments of a kernel, or of a disk that has a place for them. */
  readonly args: readonly string[];
  /** MiB, as it was typed. @default - what the system needs */
  readonly memory?: string | undefined;
  /** Port of the guest, as it was typed. @default - none is published */
  readonly port?: string | undefined;
  /** Forge a disk and boot that. @default false */
  readonly disk?: boolean;
  /** Boot by UEFI. @default - where nothing else will do */
  readonly uefi?: boolean;
  /** Loaded beside a kernel. @default - nothing */
  readonly initrd?: string | undefined;
  /** Model of the network card, as it was typed. @default - one that the image drives */
  readonly nic?: string | undefined;
  /** What the disk hangs on, as it was typed. @default - one that the image drives */
  readonly bus?: string | undefined;
}

/** `kiln run`: boots one image now and shows its console; Ctrl-C ends it. */
export async function run(options: RunOptions, context: CommandContext): Promise<number> {
  const { host, env, cwd, interrupts } = context;
  const image: RunImageOptions = {
    path: resolve(cwd, options.file),
    boot: options.disk ? 'disk' : 'direct',
    uefi: options.uefi,
    bootArgs: options.args,
    initrd: options.initrd === undefined ? undefined : resolve(cwd, options.initrd),
    memoryMib: optional(options.memory, (text) => wholeNumber('--memory', text, 2, 1024 * 1024)),
    port: optional(options.port, (text) => wholeNumber('--port', text, 1, 65_535)),
    nic: optional(options.nic, (text) => oneOf('--nic', text, NIC_MODELS)),
    bus: optional(options.bus, (text) => oneOf('--bus', text, DISK_BUSES)),
  };
  const paths = RuntimePaths.fromEnvironment(env);
  await prepareHome(paths);
  const onPreparing = (doing: string) =>
    host.err.line(host.err.style.dim(`${basename(options.file)}: ${doing}`));
  const onStarted = (started: StartedImage) => {
    const lines = [...describe(started, options.file), ...misplaced(options.args)];
    for (const line of lines) host.err.line(host.err.style.dim(line));
  };
  const end = await runImage(
    { ...image, stateFolder: paths.home, onPreparing, onStarted },
    (text) => host.out.write(text),
    interrupts.signal,
  );
  // The console may have ended in the middle of a line.
  host.err.line(host.err.style.dim(interrupts.signal.aborted ? '\nended' : `\n${end.reason}`));
  return ExitCode.OK;
}

/** Of `run`, as lib/cli/program.ts names them. */
const OWN_OPTIONS = ['-m', '--memory', '-p', '--port', '--initrd', '--disk', '--uefi', '--nic', '--bus'];

const WAYS = {
  ready: 'as it is',
  direct: 'loaded by QEMU',
  bios: 'from a forged disk',
  uefi: 'from a forged disk',
} as const;

/** `hello.elf: Solo5 virtio, from a forged disk, on pc with virtio, 64 MiB`, and what else there is to say. */
function* describe(started: StartedImage, file: string): Generator<string> {
  const { plan, devices, acceleration, qemu, hostPort, notices } = started;
  const { machine, nic, bus } = devices;
  const what = [titleOf(started), WAYS[plan.way], ...(plan.isUefi ? ['by UEFI'] : [])].join(', ');
  const hardware = [
    nic === null ? 'no network' : `${nic} network`,
    ...(plan.way === 'direct' ? [] : [`${bus} disk`]),
    `${plan.memoryMib} MiB`,
  ];
  yield `${basename(file)}: ${what}; on ${machine} with ${hardware.join(', ')}`;
  for (const notice of notices) yield `  ${notice}`;
  const how = acceleration.accelerator === 'tcg' ? 'emulated' : `with ${acceleration.accelerator}`;
  const where = hostPort === null ? '' : `, port ${started.port} at 127.0.0.1:${hostPort}`;
  yield `QEMU ${qemu.version}, ${how}${where}; Ctrl-C ends it`;
}

/** What looks like an option of Kiln's, and went to the guest. */
function misplaced(args: readonly string[]): string[] {
  const own = args.filter((word) => OWN_OPTIONS.includes(word));
  return own.length === 0
    ? []
    : [
        `${own.join(' ')} went to the guest, as everything after the file does; options of kiln stand before it`,
      ];
}

function titleOf({ image }: StartedImage): string {
  const { system } = image;
  if (!system) return image.format;
  return [system.title, system.variant, system.version].filter((part) => part !== undefined).join(' ');
}

function optional<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text);
}

/** @throws KilnError `usage.choice`, naming the option, what was seen and what is allowed */
function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  throw new KilnError(`'${option}' is '${text}'; give one of ${choices.join(', ')}`, {
    code: 'usage.choice',
  });
}
