import { connect, type Socket } from 'node:net';
import type { ServiceEvent } from '../spec';

/**
 * Tells the command that runs Terraform what happens meanwhile: plugin protocol 6 has no channel for progress. The
 * command listens on the unix socket that `KILN_PROGRESS` names; the events are JSON lines. Without one, or when it goes
 * away, events are dropped: progress must never fail a deploy.
 */
export class ProgressSender {
  private socket: Socket | undefined;

  constructor(private readonly path: string | undefined) {}

  send(event: ServiceEvent): void {
    if (this.path === undefined) return;
    this.socket ??= this.open(this.path);
    this.socket.write(`${JSON.stringify(event)}\n`);
  }

  private open(path: string): Socket {
    const socket = connect(path);
    socket.on('error', () => undefined);
    socket.unref();
    return socket;
  }
}
