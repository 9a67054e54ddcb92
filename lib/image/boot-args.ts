import { KilnError } from '../errors';

/** With the u flag, a pair of surrogates is one character and does not match. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** Bytes of a whole command line, as UTF-8. Kernels keep it in fixed buffers, and Linux itself takes 2 KiB. */
export const MAX_COMMAND_LINE = 4096;

/**
 * The command line that a kernel receives for these arguments, the same from a forged disk and from QEMU's `-append`.
 * It is composed as GRUB composes it (lib/cmdline.c): words are separated by one space; a backslash, a single and a
 * double quote get a backslash in front; a word with a space is put in double quotes.
 * @throws KilnError `image.boot-args` for an argument that no command line can carry, or when all are too long
 */
export function commandLine(bootArgs: readonly string[]): string {
  bootArgs.forEach(requireArgument);
  const line = bootArgs.map(composed).join(' ');
  const bytes = Buffer.byteLength(line);
  if (bytes <= MAX_COMMAND_LINE) return line;
  throw new KilnError(
    `the boot arguments make a command line of ${bytes} bytes, and at most ${MAX_COMMAND_LINE} are possible`,
    { code: 'image.boot-args', remedy: 'Shorten them, or put what is long in user data or in the kernel.' },
  );
}

function composed(word: string): string {
  const escaped = word.replace(/[\\'"]/g, '\\$&');
  return word.includes(' ') ? `"${escaped}"` : escaped;
}

function requireArgument(word: string, index: number): void {
  const fault = faultOf(word);
  if (fault === undefined) return;
  throw new KilnError(`boot argument ${index + 1}, ${JSON.stringify(word.slice(0, 80))}, ${fault}`, {
    code: 'image.boot-args',
    remedy: 'Leave it out, or encode it in a way that the kernel decodes.',
  });
}

function faultOf(word: string): string | undefined {
  if (word === '') return 'is empty, and a command line has no place for an empty word';
  const control = [...word].find((char) => char < ' ' || char === '\x7f');
  if (control !== undefined) {
    const code = control.charCodeAt(0).toString(16).padStart(2, '0');
    return `has the control character 0x${code}, which a command line cannot carry`;
  }
  return LONE_SURROGATE.test(word) ? 'is not well-formed Unicode' : undefined;
}
