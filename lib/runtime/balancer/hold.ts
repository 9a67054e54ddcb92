import type { Socket } from 'node:net';
import { cut } from './relay';

/** How long a connection waits for a backend. */
const HOLD_MS = 5000;
const RETRY_MS = 50;
const MAX_HELD = 4096;

/**
 * Connections that no backend could take yet. Nothing was read from them, so nothing is lost when one that comes later
 * takes them.
 */
export class HoldQueue {
  /** Connections that were given up. */
  refused = 0;
  private held: { readonly socket: Socket; readonly until: number }[] = [];
  private timer: NodeJS.Timeout | undefined;

  /** @param place tries again to find a backend; what finds none comes back through {@link add} */
  constructor(private readonly place: (socket: Socket, heldUntil: number) => void) {}

  get length(): number {
    return this.held.length;
  }

  /** @param until end of an earlier wait of the same connection, in epoch ms */
  add(socket: Socket, until: number = Date.now() + HOLD_MS): void {
    if (this.held.length >= MAX_HELD || Date.now() >= until) {
      this.refused++;
      cut(socket);
      return;
    }
    this.held.push({ socket, until });
    this.timer ??= setInterval(() => this.retry(), RETRY_MS);
  }

  /** Offers all of them again, oldest first. */
  retry(): void {
    const held = this.held;
    this.held = [];
    for (const { socket, until } of held) if (!socket.destroyed) this.place(socket, until);
    if (this.held.length === 0) this.stopTimer();
  }

  close(): void {
    this.stopTimer();
    for (const { socket } of this.held) cut(socket);
    this.held = [];
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
