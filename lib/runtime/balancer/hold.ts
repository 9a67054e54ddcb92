import type { Socket } from 'node:net';
import { cut } from './relay';

/** How long a connection waits for a backend. */
const HOLD_MS = 5000;
const RETRY_MS = 50;
const MAX_HELD = 4096;

interface Held {
  readonly socket: Socket;
  readonly until: number;
  /** Its place among all that ever came. */
  readonly order: number;
}

/**
 * Connections that no backend could take yet. Nothing was read from them, so nothing is lost when one that comes later
 * takes them.
 */
export class HoldQueue {
  /** Connections that were given up. */
  refused = 0;
  private held: Held[] = [];
  private readonly order = new WeakMap<Socket, number>();
  private arrivals = 0;
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
    this.insert({ socket, until, order: this.orderOf(socket) });
    this.timer ??= setInterval(() => this.retry(), RETRY_MS);
  }

  /** Offers all of them again, oldest first. */
  retry(): void {
    const held = this.held;
    this.held = [];
    for (const { socket, until } of held) if (!socket.destroyed) this.place(socket, until);
    if (this.held.length === 0) this.stopTimer();
  }

  /** Offers the oldest again: there is room for one. */
  next(): void {
    let first = this.held.shift();
    while (first?.socket.destroyed) first = this.held.shift();
    if (first) this.place(first.socket, first.until);
    if (this.held.length === 0) this.stopTimer();
  }

  close(): void {
    this.stopTimer();
    for (const { socket } of this.held) cut(socket);
    this.held = [];
  }

  /** Who comes back after a vain attempt is as far ahead as before. */
  private insert(entry: Held): void {
    let at = this.held.length;
    while (at > 0 && (this.held[at - 1] as Held).order > entry.order) at--;
    this.held.splice(at, 0, entry);
  }

  private orderOf(socket: Socket): number {
    const known = this.order.get(socket);
    if (known !== undefined) return known;
    this.order.set(socket, ++this.arrivals);
    return this.arrivals;
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
