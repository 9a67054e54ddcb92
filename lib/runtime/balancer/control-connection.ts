import { connect, type Socket } from 'node:net';
import { messageOf } from '../../errors';
import { linesOf } from '../http-client';
import type { ControlRequest, ControlResponse } from './control';

type Distribute<T> = T extends unknown ? Omit<T, 'id'> : never;
type Answer = { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void };

/** The balancer process went away, or never was there. */
export class BalancerGone extends Error {}

/** One connection to the balancer's control socket. */
export class ControlConnection {
  /** Resolves when the other side is gone; never rejects. */
  readonly closed: Promise<void>;
  private readonly waiting = new Map<number, Answer>();
  private lastId = 0;

  /** @throws the socket's error where nobody listens */
  static async open(socketPath: string): Promise<ControlConnection> {
    const socket = connect(socketPath);
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new ControlConnection(socket);
  }

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    this.closed = this.read().catch(() => undefined);
  }

  /** @throws BalancerGone, or what the balancer says went wrong */
  async request<T>(request: Distribute<ControlRequest>): Promise<T> {
    if (this.socket.destroyed) throw new BalancerGone('the balancer is gone');
    const id = ++this.lastId;
    const answer = new Promise<unknown>((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.socket.write(`${JSON.stringify({ id, ...request })}\n`);
    return (await answer) as T;
  }

  close(): void {
    this.socket.destroy();
  }

  private async read(): Promise<void> {
    let cause: unknown;
    try {
      for await (const line of linesOf(this.socket)) this.take(JSON.parse(line) as ControlResponse);
    } catch (error) {
      cause = error;
    }
    this.socket.destroy();
    const gone = new BalancerGone(`the balancer is gone${cause ? `: ${messageOf(cause)}` : ''}`);
    for (const { reject } of this.waiting.values()) reject(gone);
    this.waiting.clear();
  }

  private take(response: ControlResponse): void {
    const answer = this.waiting.get(response.id);
    this.waiting.delete(response.id);
    if ('error' in response) answer?.reject(new Error(response.error));
    else answer?.resolve(response.result);
  }
}
