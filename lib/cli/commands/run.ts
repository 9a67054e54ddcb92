import { basename, resolve } from 'node:path';
import { KilnError } from '../../errors';
import { type RunImageOptions, runImage, type StartedImage } from '../../runtime/boot';
import { RuntimePaths } from '../../runtime/client';
import { prepareHome } from '../../runtime/home';
import { type CommandContext, ExitCode } from '../context';

export interface RunOptions {
  readonly file: string;
  /** Boot arguments of a kernel. */
  readonly args: readonly string[];
  /** MiB, as it was typed. */
  readonly memory: string;
  /** Port of the guest, as it was typed. @default - none is published */
  readonly port?: string | undefined;
  /** Forge a disk and boot that. @default false */
  readonly disk?: boolean;
}

/** `kiln run`: boots one image now and shows its console; Ctrl-C ends it. */
export async function run(options: RunOptions, context: CommandContext): Promise<number> {
  const { host, env, cwd, interrupts } = context;
  const port = options.port === undefined ? undefined : wholeNumber('--port', options.port, 1, 65_535);
  const paths = RuntimePaths.fromEnvironment(env);
  await prepareHome(paths);
  const image: RunImageOptions = {
    path: resolve(cwd, options.file),
    boot: options.disk ? 'disk' : 'direct',
    bootArgs: options.args,
    memoryMib: wholeNumber('--memory', options.memory, 2, 1024 * 1024),
    stateFolder: paths.home,
    onStarted: (started) => host.err.line(host.err.style.dim(describe(started, options.file))),
    ...(port === undefined ? {} : { port }),
  };
  const end = await runImage(image, (text) => host.out.write(text), interrupts.signal);
  // The console may have ended in the middle of a line.
  host.err.line(host.err.style.dim(interrupts.signal.aborted ? '\nended' : `\n${end.reason}`));
  return ExitCode.OK;
}

function describe({ qemu, acceleration, hostPort }: StartedImage, file: string): string {
  const how = acceleration.accelerator === 'tcg' ? 'emulated' : `with ${acceleration.accelerator}`;
  const where = hostPort === null ? '' : `, its port at 127.0.0.1:${hostPort}`;
  return `${basename(file)} on QEMU ${qemu.version}, ${how}${where}; Ctrl-C ends it`;
}

/** @throws KilnError `usage.number`, naming the option, what was seen and what is allowed */
function wholeNumber(option: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new KilnError(`'${option}' is '${text}'; give a whole number from ${least} to ${most}`, {
    code: 'usage.number',
  });
}
