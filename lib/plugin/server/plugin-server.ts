import { once } from 'node:events';
import http2, { type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import type { KilnError } from '../../errors';
import type { AnyProvider, Logger } from '../definition';
import type { Session } from '../rpc/dispatch';
import type { ServerCertificate } from './certificate';
import { serveUnary } from './grpc';

const SERVICE = '/tfplugin6.Provider/';
const SHUTDOWN = '/plugin.GRPCController/Shutdown';
/** Node refuses more than 10 MB of buffered data per connection; a state may be larger. */
const MAX_SESSION_MEMORY_MB = 1024;

export interface PluginServerOptions {
  readonly socketPath: string;
  /** Called once, when the first call comes: what is needed for the handshake stays small. */
  readonly load: () => AnyProvider | Promise<AnyProvider>;
  readonly log: Logger;
  /** @default - plain text */
  readonly tls?: { readonly own: ServerCertificate; readonly client: Buffer };
  /** Terraform asks the process to end, and has its answer. */
  readonly onShutdown: () => void;
}

/** Listens for Terraform. Each connection has a provider session of its own. */
export class PluginServer {
  private readonly sessions = new Map<ServerHttp2Session, Promise<Session>>();
  private readonly server: Http2Server;
  private provider: Promise<AnyProvider> | undefined;
  private running = 0;

  private constructor(private readonly options: PluginServerOptions) {
    this.server = createServer(options);
    this.server.on('session', (session) => this.admit(session));
    this.server.on('stream', (stream, headers) => {
      const { session } = stream;
      if (session === undefined || session.destroyed) return;
      if (headers[':path'] === SHUTDOWN) stream.on('close', () => options.onShutdown());
      const closed = new Promise<void>((resolve) => stream.once('close', resolve));
      const served = serveUnary(stream, headers, (path, request) =>
        this.handle(session as ServerHttp2Session, path, request),
      );
      this.running += 1;
      // Not before its answer is on its way, nor before the work of one that nobody waits for is done.
      void Promise.all([served, closed]).then(() => {
        this.running -= 1;
      });
    });
  }

  static async listen(options: PluginServerOptions): Promise<PluginServer> {
    const plugin = new PluginServer(options);
    plugin.server.listen(options.socketPath);
    await once(plugin.server, 'listening');
    return plugin;
  }

  /** Whether any call is under way. */
  get busy(): boolean {
    return this.running > 0;
  }

  /** Aborts what is under way, on every connection. */
  async stop(reason: KilnError): Promise<void> {
    const sessions = await Promise.allSettled(this.sessions.values());
    for (const session of sessions) if (session.status === 'fulfilled') session.value.stop(reason);
  }

  async close(): Promise<void> {
    for (const session of this.sessions.keys()) session.destroy();
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  /** Lets in only the holder of the certificate that Terraform named. */
  private admit(session: ServerHttp2Session): void {
    const { tls } = this.options;
    const peer = tls && (session.socket as TLSSocket).getPeerCertificate().raw;
    if (tls !== undefined && !(peer !== undefined && tls.client.equals(peer))) {
      this.options.log.warn('refused a connection with a foreign certificate');
      session.destroy();
      return;
    }
    session.on('error', () => {});
    session.on('close', () => this.sessions.delete(session));
  }

  private async handle(
    connection: ServerHttp2Session,
    path: string,
    request: Uint8Array,
  ): Promise<Uint8Array | undefined> {
    if (path === SHUTDOWN) return new Uint8Array();
    if (!path.startsWith(SERVICE)) return undefined;
    // Half of Terraform's processes only shake hands and ask for a schema; the handshake does not wait for this.
    const rpc = require('../rpc/dispatch') as typeof import('../rpc/dispatch');
    const session = this.sessionOf(connection, rpc.openSession);
    return rpc.dispatch(session, path.slice(SERVICE.length), request);
  }

  private sessionOf(
    connection: ServerHttp2Session,
    open: (provider: AnyProvider, log: Logger) => Session,
  ): Promise<Session> {
    const existing = this.sessions.get(connection);
    if (existing !== undefined) return existing;
    this.provider ??= Promise.resolve().then(() => this.options.load());
    const session = this.provider.then((provider) => open(provider, this.options.log));
    this.sessions.set(connection, session);
    return session;
  }
}

function createServer({ tls }: PluginServerOptions): Http2Server {
  const maxSessionMemory = MAX_SESSION_MEMORY_MB;
  if (tls === undefined) return http2.createServer({ maxSessionMemory });
  return http2.createSecureServer({
    maxSessionMemory,
    key: tls.own.keyPem,
    cert: tls.own.certificatePem,
    // The client is checked by comparing its whole certificate. An empty list of authorities also keeps Node 20
    // from parsing its built-in ones, which costs 25 to 40 ms.
    ca: [],
    requestCert: true,
    rejectUnauthorized: false,
  });
}
