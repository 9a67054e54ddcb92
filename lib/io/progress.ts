import { stripVTControlCharacters } from 'node:util';
import type { Output } from './host';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;

/** Hides the cursor while lines are drawn again, and shows it at the end. */
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';

/**
 * What is going on, as it goes on. On a terminal the last lines are drawn again and again; elsewhere (CI, a pipe, a
 * pre-receive hook) there are only the lines that stay.
 */
export class Progress {
  private drawn = 0;
  private frame = 0;
  private current: (() => readonly string[]) | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly output: Output) {}

  /** Writes a line that stays, above the live ones. */
  line(text: string): void {
    this.erase();
    this.output.line(text);
    this.draw();
  }

  /**
   * Shows lines below everything else until the next call; `render` is asked again for each picture, and its first
   * line gets a spinner.
   */
  live(render: () => readonly string[]): void {
    this.current = render;
    if (!this.output.isLive) return;
    if (!this.timer) {
      this.output.write(HIDE_CURSOR);
      this.timer = setInterval(() => this.tick(), FRAME_MS);
      this.timer.unref();
    }
    this.erase();
    this.draw();
  }

  /** Takes the live lines away and gives the cursor back. Safe to call twice. */
  end(): void {
    this.erase();
    this.current = undefined;
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.output.write(SHOW_CURSOR);
  }

  /** Shows `doing` with a spinner and the time while `work` runs; what it gives may become a line that stays. */
  async during<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const started = Date.now();
    this.live(() => {
      const elapsed = Date.now() - started;
      return [
        elapsed < 1000 ? doing : `${doing} ${this.output.style.dim(`${Math.floor(elapsed / 1000)} s`)}`,
      ];
    });
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  private tick(): void {
    this.frame = (this.frame + 1) % FRAMES.length;
    this.erase();
    this.draw();
  }

  private draw(): void {
    if (!this.output.isLive || !this.current) return;
    const spinner = this.output.style.cyan(FRAMES[this.frame] as string);
    const lines = this.current().map((text, index) => `${index === 0 ? spinner : ' '} ${text}`);
    const shown = lines.map((text) => fitToWidth(text, this.output.columns - 1));
    this.output.write(shown.map((text) => `${text}\n`).join(''));
    this.drawn = shown.length;
  }

  private erase(): void {
    if (this.drawn === 0) return;
    // The terminal may have echoed a `^C` here, so not from this column.
    this.output.write(`\r\u001b[${this.drawn}A\u001b[0J`);
    this.drawn = 0;
  }
}

/** Cuts a line that a terminal would wrap, which would spoil the count of rows; a cut line loses its colours. */
export function fitToWidth(text: string, width: number): string {
  const plain = stripVTControlCharacters(text);
  return plain.length <= width ? text : `${plain.slice(0, Math.max(0, width - 1))}…`;
}
