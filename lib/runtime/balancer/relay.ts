import type { Socket } from 'node:net';
import { askToClose } from './ask-to-close';

/**
 * Copies bytes both ways between a client and a backend until both have ended. Each side's end and reset reaches the
 * other as what it is, so a cut-off answer never looks like a whole one; a side that cannot take more stops the other.
 */
export class Relay {
  /** Changes with every chunk, so that a watcher sees whether something moved since it last looked. */
  activity = 0;
  private clientSpokeLast = false;
  private asking = false;
  private open = 2;

  /** @param onClosed called once, when both sockets are closed */
  constructor(
    private readonly client: Socket,
    private readonly backend: Socket,
    private readonly onClosed: (relay: Relay) => void,
  ) {}

  start(): void {
    const { client, backend } = this;
    client.on('data', (chunk) => {
      this.activity++;
      this.clientSpokeLast = true;
      if (!backend.write(chunk)) client.pause();
    });
    backend.on('data', (chunk) => {
      this.activity++;
      const out = this.asking && this.clientSpokeLast ? askToClose(chunk) : chunk;
      this.clientSpokeLast = false;
      if (!client.write(out)) backend.pause();
    });
    couple(client, backend, this.closedOne);
    couple(backend, client, this.closedOne);
    client.resume();
  }

  /** True when the last word was the backend's, or nothing was said yet: ending here cuts nothing off. */
  get isAtRest(): boolean {
    return !this.clientSpokeLast;
  }

  /** From the next HTTP answer on, asks the client to use a new connection for what follows. */
  askToClose(): void {
    this.asking = true;
  }

  /** Ends the connection politely: the client reads the end of the stream. */
  end(): void {
    this.client.end();
    this.backend.end();
    this.client.destroySoon();
    this.backend.destroySoon();
  }

  /** Ends it at once: the client sees a reset. */
  reset(): void {
    cut(this.client);
    cut(this.backend);
  }

  private readonly closedOne = () => {
    if (--this.open === 0) this.onClosed(this);
  };
}

/** What happens at `from` and is not data goes on to `to`. */
function couple(from: Socket, to: Socket, onClose: () => void): void {
  from.on('drain', () => to.resume());
  from.on('end', () => to.end());
  from.on('error', () => cut(to));
  from.on('close', () => {
    if (!to.destroyed) to.destroySoon();
    onClose();
  });
}

/** Ends a connection at once: by a reset on TCP, so that it never looks like an orderly end. */
export function cut(socket: Socket): void {
  if (socket.destroyed) return;
  // libuv refuses to reset what is being shut down (uv_tcp_close_reset), and Node then never closes it.
  const isEnding = socket.writableEnded && !socket.writableFinished;
  // Unix sockets know no reset, and Node throws when asked for one.
  if (isEnding || socket.remoteFamily === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
