import { StringDecoder } from 'node:string_decoder';
import { printableLines } from './printable';

/**
 * Console text that is safe to show: control characters become visible (`\x1b`), line ends become `\n`. A guest's
 * console is written by whoever talks to the guest; it must not move the cursor, rename the window or hide text.
 */
export function sanitizeConsole(text: string): string {
  return printableLines(text.replace(/\r\n?/g, '\n'));
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
