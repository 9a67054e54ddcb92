import { type Host, type Output, styleFor } from './host';

export interface MemoryHostOptions {
  /** What a person would type, question by question. @default - nobody is there to be asked */
  readonly answers?: readonly string[];
  /** @default 100 */
  readonly columns?: number;
  /** @default false */
  readonly live?: boolean;
}

/** A host that keeps what is written to it, for callers that want the text rather than a terminal. */
export class MemoryHost implements Host {
  readonly out: Output;
  readonly err: Output;
  readonly isInteractive: boolean;
  private readonly written = { out: '', err: '' };
  private readonly answers: string[];

  constructor(options: MemoryHostOptions = {}) {
    this.out = this.output('out', options);
    this.err = this.output('err', options);
    this.isInteractive = options.answers !== undefined;
    this.answers = [...(options.answers ?? [])];
  }

  get outText(): string {
    return this.written.out;
  }

  get errText(): string {
    return this.written.err;
  }

  async ask(question: string): Promise<string | undefined> {
    this.err.write(question);
    return this.answers.shift();
  }

  private output(name: 'out' | 'err', options: MemoryHostOptions): Output {
    const write = (text: string) => {
      this.written[name] += text;
    };
    return {
      line: (text = '') => write(`${text}\n`),
      write,
      style: styleFor(false),
      isLive: options.live ?? false,
      columns: options.columns ?? 100,
    };
  }
}
