import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ServiceEvent } from '../../spec';

/** What a unix socket's path may have on every system (macOS allows the least). */
const SOCKET_PATH_LIMIT = 103;

/**
 * Where the provider tells how far it is: Terraform has no channel for that. Its path goes to the provider in
 * `KILN_PROGRESS`; each connection sends one `ServiceEvent` as JSON per line.
 */
export class ProgressSocket {
  /** Opens a socket in a folder that only its owner may enter. */
  static async open(onEvent: (event: ServiceEvent) => void): Promise<ProgressSocket> {
    const base = Buffer.byteLength(tmpdir()) + 20 <= SOCKET_PATH_LIMIT ? tmpdir() : '/tmp';
    const folder = await mkdtemp(join(base, 'kiln-'));
    const socket = new ProgressSocket(folder, onEvent);
    await new Promise<void>((resolve, reject) => {
      socket.server.once('error', reject).listen(socket.path, resolve);
    });
    return socket;
  }

  readonly path: string;
  private readonly server: Server;
  private readonly connections = new Set<Socket>();

  private constructor(
    private readonly folder: string,
    private readonly onEvent: (event: ServiceEvent) => void,
  ) {
    this.path = join(folder, 'p');
    this.server = createServer((connection) => this.accept(connection));
  }

  /** Ends all connections and removes the folder. */
  async close(): Promise<void> {
    for (const connection of this.connections) connection.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  private accept(connection: Socket): void {
    this.connections.add(connection);
    connection.on('close', () => this.connections.delete(connection));
    // A provider that is killed resets its connection; what it said before has been read.
    connection.on('error', () => connection.destroy());
    createInterface({ input: connection }).on('line', (line) => {
      const event = tryReadEvent(line);
      if (event) this.onEvent(event);
    });
  }
}

/** An event, or undefined for a line that another version of the provider may have meant otherwise. */
function tryReadEvent(line: string): ServiceEvent | undefined {
  try {
    const event = JSON.parse(line) as Partial<ServiceEvent>;
    const isEvent = [event.at, event.service, event.kind, event.message].every(
      (part) => typeof part === 'string',
    );
    return isEvent ? ({ instance: null, ...event } as ServiceEvent) : undefined;
  } catch {
    return undefined;
  }
}
