import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { KilnError } from '../errors';
import type { ServiceStatus } from '../spec';
import { ApplyBody, CancelBody, readBody, statusCodeOf } from './api';
import type { EventBus } from './events';
import { sendLogs } from './logs';
import { RolloutInterrupted } from './rollout';
import type { Runtime } from './runtime';
import { type RuntimeInfo, type StreamLine, toWire } from './wire';

export interface ServerOptions {
  readonly runtime: Runtime;
  readonly events: EventBus;
  readonly version: string;
  /** Ends the daemon; called when the last byte of the answer is written. */
  readonly onShutdown: () => void;
  /** Stops listening: who connects from now on finds nobody. */
  readonly stopListening: () => void;
  readonly log: (line: string) => void;
}

type Handler = (exchange: Exchange) => Promise<void>;

/** One request, and what its path says. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** The service in the path. */
  readonly name: string;
  /** Aborts when the caller has gone. */
  readonly gone: AbortSignal;
}

/** The daemon's API: JSON over HTTP. */
export function apiServer(options: ServerOptions): Server {
  const routes = new Routes(options);
  const server = createServer((request, response) => void routes.handle(request, response));
  // A rollout says nothing while it bakes, and logs may be quiet for days.
  server.requestTimeout = 0;
  server.timeout = 0;
  return server;
}

class Routes {
  private readonly table: readonly (readonly [method: string, path: RegExp, handler: Handler])[] = [
    ['GET', /^\/v1\/version$/, (exchange) => this.version(exchange)],
    ['GET', /^\/v1\/services$/, (exchange) => this.services(exchange)],
    ['GET', /^\/v1\/services\/([^/]+)$/, (exchange) => this.service(exchange)],
    ['PUT', /^\/v1\/services\/([^/]+)$/, (exchange) => this.apply(exchange)],
    ['DELETE', /^\/v1\/services\/([^/]+)$/, (exchange) => this.remove(exchange)],
    ['POST', /^\/v1\/services\/([^/]+)\/cancel$/, (exchange) => this.cancel(exchange)],
    ['GET', /^\/v1\/services\/([^/]+)\/logs$/, (exchange) => this.logs(exchange)],
    ['GET', /^\/v1\/events$/, (exchange) => this.events(exchange)],
    ['POST', /^\/v1\/shutdown$/, (exchange) => this.shutdown(exchange)],
  ];

  constructor(private readonly options: ServerOptions) {}

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    response.on('error', () => undefined);
    const url = new URL(request.url ?? '/', 'http://runtime');
    try {
      for (const [method, path, handler] of this.table) {
        const match = path.exec(url.pathname);
        if (!match || method !== request.method) continue;
        const name = decodeURIComponent(match[1] ?? '');
        await handler({ request, response, url, name, gone: gone.signal });
        return;
      }
      throw new KilnError(`there is no ${request.method} ${url.pathname}`, { code: 'runtime.unknown-path' });
    } catch (error) {
      this.fail(response, error);
    }
  }

  private async version({ response }: Exchange): Promise<void> {
    const { runtime, version } = this.options;
    const info: RuntimeInfo = { version, pid: process.pid, services: runtime.names };
    answer(response, info);
  }

  private async services({ response }: Exchange): Promise<void> {
    answer(response, await this.options.runtime.statuses());
  }

  private async service({ response, name }: Exchange): Promise<void> {
    answer(response, await this.options.runtime.status(name));
  }

  private async apply({ request, response, name, gone }: Exchange): Promise<void> {
    const body = await readBody(request, ApplyBody);
    if (body.spec.name !== name) {
      throw new KilnError(`the path says '${name}' and the body '${body.spec.name}'`, {
        code: 'runtime.bad-request',
      });
    }
    await this.stream(response, name, () => this.options.runtime.apply(body, gone));
  }

  private async remove({ response, name, url }: Exchange): Promise<void> {
    const owner = url.searchParams.get('owner') ?? undefined;
    await this.stream(response, name, async () => {
      await this.options.runtime.remove(name, owner);
      return null;
    });
  }

  private async cancel({ request, response, name }: Exchange): Promise<void> {
    const { requestId } = await readBody(request, CancelBody);
    this.options.runtime.cancel(name, requestId);
    answer(response, {});
  }

  private async logs({ response, name, url, gone }: Exchange): Promise<void> {
    const service = this.options.runtime.find(name);
    const instance = url.searchParams.get('instance');
    const request = {
      follow: url.searchParams.get('follow') === 'true',
      ...(instance === null ? {} : { instance }),
    };
    beginLines(response);
    await sendLogs(service, request, (log) => line(response, { type: 'log', log }), gone);
    end(response, { type: 'result', status: null });
  }

  private async events({ response, gone }: Exchange): Promise<void> {
    beginLines(response);
    const unsubscribe = this.options.events.subscribe((event) => line(response, { type: 'event', event }));
    gone.addEventListener('abort', unsubscribe, { once: true });
  }

  private async shutdown({ response, url }: Exchange): Promise<void> {
    const { runtime, stopListening, onShutdown } = this.options;
    if (url.searchParams.get('busy') === 'refuse' && runtime.isBusy) {
      throw new KilnError('the runtime, of another version of kiln, is in the middle of a deploy', {
        code: 'runtime.busy',
        remedy: 'Wait until that has ended, or end it.',
      });
    }
    stopListening();
    response.once('close', onShutdown);
    answer(response, {});
  }

  /** Sends what happens to a service while something is done with it, and then the result. */
  private async stream(
    response: ServerResponse,
    name: string,
    action: () => Promise<ServiceStatus | null>,
  ): Promise<void> {
    beginLines(response);
    const unsubscribe = this.options.events.subscribe((event) => {
      if (event.service === name) line(response, { type: 'event', event });
    });
    try {
      end(response, { type: 'result', status: await action() });
    } finally {
      unsubscribe();
    }
  }

  private fail(response: ServerResponse, error: unknown): void {
    if (error instanceof RolloutInterrupted) {
      // No last line: the caller asks the next daemon.
      response.destroy();
      return;
    }
    const wire = toWire(error);
    if (wire.code === 'runtime.internal') this.options.log(wire.message);
    if (response.headersSent) end(response, { type: 'failure', error: wire });
    else answer(response, { error: wire }, statusCodeOf(error));
  }
}

function answer(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function beginLines(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' }).flushHeaders();
}

function line(response: ServerResponse, content: StreamLine): void {
  if (!response.writableEnded) response.write(`${JSON.stringify(content)}\n`);
}

function end(response: ServerResponse, content: StreamLine): void {
  if (!response.writableEnded) response.end(`${JSON.stringify(content)}\n`);
}
