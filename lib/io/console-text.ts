import { StringDecoder } from 'node:string_decoder';

/**
 * What a guest may not send to a terminal: control characters but newline and tab (also the 8-bit ones), and the
 * characters that turn the direction of text or break its lines, with which a text can be made to look like another.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Console text that is safe to show: control characters become visible (`\x1b`), line ends become `\n`. A guest's
 * console is written by whoever talks to the guest; it must not move the cursor, rename the window or hide text.
 */
export function sanitizeConsole(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(UNSAFE, escaped);
}

/** The same for bytes that come in pieces: a character or a line end may be split between two. */
export class ConsoleDecoder {
  private readonly decoder = new StringDecoder('utf8');
  private held = '';

  write(bytes: Buffer): string {
    return this.release(this.held + this.decoder.write(bytes));
  }

  /** What is still held back, at the end. */
  end(): string {
    return sanitizeConsole(this.held + this.decoder.end());
  }

  private release(text: string): string {
    this.held = text.endsWith('\r') ? '\r' : '';
    return sanitizeConsole(this.held ? text.slice(0, -1) : text);
  }
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}
