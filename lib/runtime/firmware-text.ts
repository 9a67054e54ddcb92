/** What sanitised console text has in place of a terminal's control sequence, and the beginning of one at its end. */
const SEQUENCE = /\\x1b\[[0-9;=?]*[A-Za-z]/g;
const BEGUN = /\\(x(1(b(\[[0-9;=?]*)?)?)?)?$/;

/**
 * UEFI firmware clears the screen and paints it again and again. As text that is only noise in front of what the image
 * says, so it is left out, here where nothing is done by it any more.
 */
export class FirmwareText {
  private held = '';

  /** The text without control sequences, as far as it is certain. */
  write(text: string): string {
    const all = this.held + text;
    this.held = BEGUN.exec(all)?.[0] ?? '';
    return all.slice(0, all.length - this.held.length).replace(SEQUENCE, '');
  }

  /** What is still held back, at the end. */
  end(): string {
    return this.held;
  }
}
