import { Console } from 'node:console';
import type { Logger } from '../definition';

type Level = 'debug' | 'info' | 'warn' | 'error';
type Fields = Readonly<Record<string, unknown>>;

/** Writes the JSON lines that Terraform takes apart: they appear under `TF_LOG` or `TF_LOG_PROVIDER`. */
export class HclLog implements Logger {
  constructor(
    private readonly module: string,
    private readonly out: { write(text: string): unknown } = process.stderr,
  ) {}

  debug(message: string, fields?: Fields): void {
    this.write('debug', message, fields);
  }

  info(message: string, fields?: Fields): void {
    this.write('info', message, fields);
  }

  warn(message: string, fields?: Fields): void {
    this.write('warn', message, fields);
  }

  error(message: string, fields?: Fields): void {
    this.write('error', message, fields);
  }

  private write(level: Level, message: string, fields?: Fields): void {
    const line = {
      ...fields,
      '@level': level,
      '@message': message,
      '@module': this.module,
      // Six decimals: with three, Terraform does not recognise the line and logs it raw.
      '@timestamp': new Date().toISOString().replace('Z', '000Z'),
    };
    this.out.write(`${JSON.stringify(line)}\n`);
  }
}

/** Sends `console` to stderr: a stray line on stdout before the handshake ends the provider. */
export function divertConsole(): void {
  globalThis.console = new Console(process.stderr, process.stderr);
}
