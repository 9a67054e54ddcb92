import { connect, type Socket } from 'node:net';
import { KilnError, messageOf } from '../errors';

/** Something that QEMU reports by itself: `SHUTDOWN`, `RESET`, `STOP`. */
export interface QmpEvent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface QmpMessage {
  readonly QMP?: unknown;
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
  readonly event?: string;
  readonly data?: Record<string, unknown>;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** An answer of QEMU is a few KiB; more than this is not QMP. */
const MAX_LINE = 1024 * 1024;

/**
 * The QEMU Machine Protocol: JSON lines on a unix socket. QEMU serves one client at a time; a second one waits until the
 * first has gone.
 */
export class QmpClient {
  /** Resolves when the connection is gone, which for a healthy QEMU means that the process ends. */
  readonly closed: Promise<void>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<(event: QmpEvent) => void>();
  private greeted!: () => void;
  private readonly greeting = new Promise<void>((resolve) => {
    this.greeted = resolve;
  });
  private buffer = '';
  private nextId = 1;
  private failure: Error = new Error('the connection was closed');

  /**
   * Connects and leaves the negotiation mode.
   * @throws KilnError `qmp.unreachable` when nobody listens, or nobody greets within `timeoutMs`
   */
  static async connect(path: string, options: { readonly timeoutMs: number }): Promise<QmpClient> {
    const socket = connect(path);
    const client = new QmpClient(socket);
    const timer = setTimeout(
      () => socket.destroy(new Error(`no greeting within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    try {
      await Promise.race([client.greeting, client.gone()]);
      await client.execute('qmp_capabilities');
      return client;
    } catch (error) {
      socket.destroy();
      throw new KilnError(`QEMU does not answer on '${path}': ${messageOf(error)}`, {
        code: 'qmp.unreachable',
        source: 'tool',
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.receive(text));
    socket.on('error', (error) => {
      this.failure = error;
    });
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        for (const { reject } of this.waiting.values()) reject(this.failure);
        this.waiting.clear();
        resolve();
      });
    });
  }

  /**
   * Runs a command and returns its answer.
   * @throws KilnError `qmp.failed` when QEMU refuses; `qmp.unreachable` when it does not answer in time (5 s) or goes
   */
  async execute(command: string, args?: Readonly<Record<string, unknown>>): Promise<unknown> {
    const id = this.nextId++;
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    const timer = setTimeout(() => this.waiting.get(id)?.reject(new Error('no answer within 5 s')), 5000);
    try {
      if (this.socket.destroyed) throw this.failure;
      this.socket.write(`${JSON.stringify({ execute: command, id, ...(args && { arguments: args }) })}\n`);
      return await answer;
    } catch (error) {
      if (KilnError.is(error)) throw error;
      throw new KilnError(`QEMU did not carry out '${command}': ${messageOf(error)}`, {
        code: 'qmp.unreachable',
        source: 'tool',
        cause: error,
      });
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  onEvent(listener: (event: QmpEvent) => void): void {
    this.listeners.add(listener);
  }

  /** Leaves; QEMU goes on and waits for the next client. */
  close(): void {
    this.listeners.clear();
    this.socket.destroy();
  }

  private async gone(): Promise<never> {
    await this.closed;
    throw this.failure;
  }

  private receive(text: string): void {
    this.buffer += text;
    const lines = this.buffer.split('\n');
    this.buffer = lines.pop() ?? '';
    if (this.buffer.length > MAX_LINE) this.socket.destroy(new Error('the answer is too long'));
    try {
      for (const line of lines) if (line.trim() !== '') this.take(JSON.parse(line) as QmpMessage);
    } catch (error) {
      this.socket.destroy(new Error(`the answer is not JSON: ${messageOf(error)}`));
    }
  }

  private take(message: QmpMessage): void {
    if (message.QMP !== undefined) {
      this.greeted();
      return;
    }
    if (message.event !== undefined) {
      const event = { event: message.event, data: message.data ?? {} };
      for (const listener of this.listeners) listener(event);
      return;
    }
    const waiting = message.id === undefined ? undefined : this.waiting.get(message.id);
    if (message.error) {
      waiting?.reject(
        new KilnError(`QEMU refused: ${message.error.desc}`, { code: 'qmp.failed', source: 'tool' }),
      );
    } else {
      waiting?.resolve(message.return);
    }
  }
}
