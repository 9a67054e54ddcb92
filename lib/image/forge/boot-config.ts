import { KilnError } from '../../errors';
import { commandLine } from '../boot-args';
import { CONFIG_SECTORS, KERNEL_SECTOR, SECTOR } from './layout';

/** Takes the place of the file name for kernels that skip the first word of their command line. */
const FILE_NAME = 'kernel';

/** What the configuration must say. */
export interface BootConfig {
  readonly protocol: 'multiboot1' | 'multiboot2';
  /** Size of the kernel on the disk. */
  readonly kernelSectors: number;
  readonly bootArgs: readonly string[];
  /** See `RecognisedSystem.dropsFirstWord`: GRUB passes no file name, where QEMU does. */
  readonly dropsFirstWord: boolean;
}

/**
 * The configuration area: one command of GRUB's script language, padded with newlines. It boots by itself, because GRUB
 * reads the padding byte by byte, which takes a quarter of a second under emulation. The block list has no device, so
 * GRUB reads from the disk that it was started from, whichever number the firmware gave it.
 * @throws KilnError `image.boot-args`
 */
export function renderBootConfig(config: BootConfig): Buffer {
  commandLine(config.bootArgs);
  const words = config.dropsFirstWord ? [FILE_NAME, ...config.bootArgs] : config.bootArgs;
  const command = config.protocol === 'multiboot1' ? 'multiboot' : 'multiboot2';
  const load = [command, `${KERNEL_SECTOR}+${config.kernelSectors}`, ...words.map(quoted)].join(' ');
  const text = `if ${load}; then boot; fi`;
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
