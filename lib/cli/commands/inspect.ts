import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { KilnError, messageOf } from '../../errors';
import { inspectImage } from '../../image';
import { type CommandContext, ExitCode } from '../context';
import { renderReport } from '../inspect/render';
import { reportOf } from '../inspect/report';

export interface InspectOptions {
  readonly file: string;
  readonly json?: boolean;
  /** Compute the sha256, for which the whole file is read. @default true */
  readonly digest?: boolean;
}

/** `kiln inspect`: what a file is, why, and where it runs. An unknown file is an answer too; one that cannot be read is not. */
export async function inspect(options: InspectOptions, context: CommandContext): Promise<number> {
  const { host, cwd, interrupts } = context;
  const path = resolve(cwd, options.file);
  const image = inspectImage(path, { name: options.file });
  const sha256 = options.digest === false ? undefined : await digestOf(path, image.size, interrupts.signal);
  interrupts.throwIfInterrupted();
  const report = reportOf(image, sha256);
  if (options.json) host.out.line(JSON.stringify(report, null, 2));
  else for (const line of renderReport(report, host.out.style)) host.out.line(line);
  return ExitCode.OK;
}

/** @throws KilnError `image.unreadable`, `image.changed` when it is no longer of the size that was inspected */
async function digestOf(path: string, size: number, signal: AbortSignal): Promise<string | undefined> {
  const hash = createHash('sha256');
  let read = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) {
      hash.update(chunk as Buffer);
      read += (chunk as Buffer).length;
    }
  } catch (error) {
    if (signal.aborted) return undefined;
    throw new KilnError(`the image '${path}' cannot be read: ${messageOf(error)}`, {
      code: 'image.unreadable',
      cause: error,
    });
  }
  if (read === size) return hash.digest('hex');
  throw new KilnError(`the image '${path}' changed while it was read: it had ${size} bytes, then ${read}`, {
    code: 'image.changed',
    remedy: 'Wait for its build to end, then try again.',
  });
}
