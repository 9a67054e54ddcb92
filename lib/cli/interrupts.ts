import { KilnError } from '../errors';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Who decides what Ctrl-C means right now. By default it aborts {@link Interrupts.signal}, which ends the programs that
 * were started; while infrastructure changes, the deploy takes over.
 */
export class Interrupts {
  private readonly controller = new AbortController();
  private readonly handlers: (() => void)[] = [];

  /** Aborted by an interrupt that nobody took. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Listens to the signals of this process; the result stops it. */
  listen(): () => void {
    const onSignal = () => this.notify();
    for (const signal of SIGNALS) process.on(signal, onSignal);
    return () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    };
  }

  /** Someone pressed Ctrl-C, or the like. */
  notify(): void {
    const handler = this.handlers.at(-1);
    if (handler) handler();
    else this.controller.abort();
  }

  /** Hands interrupts to `handler` while `work` runs. */
  async during<T>(handler: () => void, work: () => Promise<T>): Promise<T> {
    this.throwIfInterrupted();
    this.handlers.push(handler);
    try {
      return await work();
    } finally {
      this.handlers.splice(this.handlers.lastIndexOf(handler), 1);
    }
  }

  /** @throws KilnError `cli.interrupted` */
  throwIfInterrupted(): void {
    if (this.signal.aborted) throw new KilnError('interrupted', { code: 'cli.interrupted' });
  }
}
