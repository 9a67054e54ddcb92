import { setTimeout as sleep } from 'node:timers/promises';
import { KilnError, messageOf } from '../../errors';
import type { AnyProvider } from '../definition';
import { createServerCertificate } from './certificate';
import { type HandshakeRequest, handshakeLine, readHandshakeRequest } from './handshake';
import { ignoreSignals, watchParent } from './lifetime';
import { divertConsole, HclLog } from './log';
import { PluginServer } from './plugin-server';
import { createSocketFolder } from './socket-folder';

export interface ServeOptions {
  /** The provider's name, for the log's lines. */
  readonly name: string;
  /** How long calls under way may take to end after Terraform died. @default 10000 */
  readonly orphanGraceMs?: number;
}

/**
 * Serves a provider to the Terraform that started this process, and resolves to the exit code when it is done:
 * `servePlugin(load, { name }).then(process.exit)`. `load` is called after the handshake, so it may load heavy code,
 * though best only in `configure`, which two of three processes of a plan never reach.
 *
 * Takes over the process: signals, stdout, `console` and the last-resort error handlers.
 */
export async function servePlugin(
  load: () => AnyProvider | Promise<AnyProvider>,
  options: ServeOptions,
): Promise<number> {
  let request: HandshakeRequest;
  try {
    request = readHandshakeRequest(process.env);
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    return 1;
  }
  divertConsole();
  ignoreSignals();
  const folder = createSocketFolder();
  try {
    return await serve(load, options, request, folder.socketPath);
  } finally {
    folder.remove();
  }
}

async function serve(
  load: () => AnyProvider | Promise<AnyProvider>,
  options: ServeOptions,
  { clientCertificate: client }: HandshakeRequest,
  socketPath: string,
): Promise<number> {
  const log = new HclLog(options.name);
  const own = client && createServerCertificate();
  let end = (_exitCode: number): void => {};
  const ended = new Promise<number>((resolve) => {
    end = resolve;
  });
  crashOnFault(end);
  const server = await PluginServer.listen({
    socketPath,
    load,
    log,
    ...(client && own ? { tls: { own, client } } : {}),
    onShutdown: () => end(0),
  });
  watchParent(() => void endOrphan(server, options.orphanGraceMs ?? 10_000).then(() => end(1)));
  process.stdout.write(handshakeLine(socketPath, own?.der));
  return ended;
}

/** Nobody hears the answers any more; calls under way get a moment to leave things tidy. */
async function endOrphan(server: PluginServer, graceMs: number): Promise<void> {
  await server.stop(new KilnError('Terraform is gone', { code: 'plugin.orphaned', source: 'tool' }));
  const deadline = Date.now() + graceMs;
  while (server.busy && Date.now() < deadline) await sleep(20);
}

/** Terraform shows the lines after `panic:` to the user when a provider dies. */
function crashOnFault(end: (exitCode: number) => void): void {
  const crash = (error: unknown) => {
    const stack = error instanceof Error ? error.stack : undefined;
    process.stderr.write(`panic: ${messageOf(error)}\n\n${stack ?? ''}\n`);
    end(2);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}

function explain(error: unknown): string {
  const { message, remedy } = error as KilnError;
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}.\nTo use it: ${remedy}.`;
}
