import { KilnError } from '../../errors';
import { commandLine } from '../boot-args';
import type { GrubMethod } from './boot-method';
import { CONFIG_SECTORS, SECTOR } from './layout';

/** Takes the place of the file name for kernels that skip the first word of their command line. */
const FILE_NAME = 'kernel';

/** What the configuration must say. */
export interface BootConfig {
  readonly method: GrubMethod;
  /** Where the loader finds the kernel: a block list or a path. */
  readonly kernel: string;
  /** Where it finds what is loaded beside the kernel. */
  readonly initrd: string | undefined;
  /** A block list that holds an archive, whose files are then below `(kiln)/`. @default - none */
  readonly archive?: string | undefined;
  readonly bootArgs: readonly string[];
  /** See `RecognisedSystem.dropsFirstWord`: GRUB passes no file name, where QEMU does. */
  readonly dropsFirstWord: boolean;
}

/** The words that a loader which passes no file name must pass, so that a kernel which skips the first gets all. */
export function wordsFor(bootArgs: readonly string[], dropsFirstWord = false): readonly string[] {
  return dropsFirstWord ? [FILE_NAME, ...bootArgs] : bootArgs;
}

/**
 * The configuration: one line of GRUB's script language. It boots by itself, because GRUB reads what follows it byte
 * by byte.
 * @throws KilnError `image.boot-args`
 */
export function renderBootScript(config: BootConfig): string {
  commandLine(config.bootArgs);
  const words = wordsFor(config.bootArgs, config.dropsFirstWord);
  const load = [config.method.kernelCommand, config.kernel, ...words.map(quoted)].join(' ');
  const boot =
    config.initrd === undefined
      ? 'boot'
      : `if ${config.method.initrdCommand} ${config.initrd}; then boot; fi`;
  const before = config.archive === undefined ? '' : `loopback kiln ${config.archive}; `;
  return `${before}if ${load}; then ${boot}; fi`;
}

/**
 * The configuration area of a disk for a BIOS: the script, padded with newlines. Its block lists have no device, so GRUB
 * reads from the disk that it was started from, whichever number the firmware gave it.
 * @throws KilnError `image.boot-args`
 */
export function renderBootConfig(config: BootConfig): Buffer {
  const text = renderBootScript(config);
  const area = Buffer.alloc(CONFIG_SECTORS * SECTOR, '\n');
  const bytes = Buffer.byteLength(text);
  if (bytes >= area.length) {
    // Not reached while 4 times the longest command line fits, which a test checks.
    throw new KilnError(`the boot configuration has ${bytes} bytes, and ${area.length - 1} are possible`, {
      code: 'image.boot-args',
      remedy: 'Shorten the boot arguments.',
    });
  }
  area.write(text);
  return area;
}

/** In single quotes GRUB's script takes everything as it is, except the single quote itself. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
