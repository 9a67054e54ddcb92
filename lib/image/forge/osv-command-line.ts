import { KilnError } from '../../errors';
import { commandLine } from '../boot-args';

/** Where OSv's boot sector reads its command line from (arch/x64/boot16.S, scripts/imgedit.py). */
export const OSV_COMMAND_LINE_OFFSET = 512;
/** It reads 63 sectors; a NUL ends the text. More than `commandLine` allows in any case. */
export const OSV_COMMAND_LINE_SIZE = 63 * 512;

/** What ends a command for OSv, outside of double quotes. */
const SEPARATORS = /[ ;&!]/;
const BEYOND_ASCII = /[^\x20-\x7e]/;

/**
 * The text of OSv's command line, NUL-terminated, for which each word reaches OSv or its program as it is. First come
 * options (`--ip=...`), in which a backslash takes a space, a quote or itself as it is; then the program and its
 * arguments, which are put in double quotes where they hold a space or a separator (core/commands.cc).
 * @throws KilnError `image.boot-args` for what OSv has no way to write, and for a line that names no program
 */
export function osvCommandLine(bootArgs: readonly string[]): Buffer {
  // For its refusals: control characters, empty words and more than 4 KiB.
  commandLine(bootArgs);
  const program = bootArgs.findIndex((word) => !word.startsWith('-'));
  if (program === -1) {
    throw refused(
      `the boot arguments name no program for OSv, only options: ${JSON.stringify(bootArgs.join(' ').slice(0, 80))}`,
      "They take the place of the whole command line in the image: add the program's path, such as '/hello'.",
    );
  }
  const words = bootArgs.map((word, index) => (index < program ? option(word) : argument(word, index)));
  return Buffer.from(`${words.join(' ')}\0`);
}

function option(word: string): string {
  return word.replace(/[\\'" ]/g, '\\$&');
}

function argument(word: string, index: number): string {
  const shown = `boot argument ${index + 1}, ${JSON.stringify(word.slice(0, 80))},`;
  if (word.includes('$')) {
    throw refused(
      `${shown} holds a '$', for which OSv puts in a variable of its environment and knows no quoting`,
      "Write out what the variable would hold, or have the program read it: '--env=NAME=value' before the program.",
    );
  }
  if (BEYOND_ASCII.test(word)) {
    throw refused(
      `${shown} holds a character that is not ASCII, which OSv's command line cannot carry`,
      "Encode it in a way that the program decodes, or pass it as '--env=NAME=value' before the program.",
    );
  }
  const escaped = word.replace(/[\\'"]/g, '\\$&');
  return SEPARATORS.test(word) ? `"${escaped}"` : escaped;
}

function refused(message: string, remedy: string): KilnError {
  return new KilnError(message, { code: 'image.boot-args', remedy });
}
