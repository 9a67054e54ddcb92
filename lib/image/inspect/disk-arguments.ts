import type { RecognisedSystem } from '../../systems';
import { commandLine } from '../boot-args';
import type { ImageReader } from './image-reader';
import type { FormatFindings } from './read-format';

/** OSv's boot sector leaves the sectors after it to the command line, which ends with NUL (OSv arch/x64/boot16.S). */
const OSV_OFFSET = 512;
const OSV_LENGTH = 4096;
/** Stands for the file name before a system that drops its first word; see the forge's boot configuration. */
const DROPPED = /^kernel(?: |$)/;

/** The arguments that a disk has in it: its loader's configuration, or the place that its system has for them. */
export function commandLineOf(
  reader: ImageReader,
  { format, kernel }: FormatFindings,
  system: RecognisedSystem | undefined,
): string | undefined {
  if (system?.id === 'osv' && format === 'mbr-disk') {
    return reader.read(OSV_OFFSET, OSV_LENGTH).toString('utf8').split('\0')[0];
  }
  if (kernel?.words === undefined) return undefined;
  const { words } = kernel;
  const line = typeof words === 'string' ? words : composed(words);
  return system?.dropsFirstWord ? line.replace(DROPPED, '') : line;
}

/** Quoted as the loader hands it over, or as it stands where no loader could. */
function composed(words: readonly string[]): string {
  try {
    return commandLine(words);
  } catch {
    return words.join(' ');
  }
}
