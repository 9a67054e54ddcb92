import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { KilnError } from '../errors';
import { fromWire, type StreamLine, type WireError } from './wire';

/** The stream broke off before its last line: the daemon ended, and another one may go on. */
export class StreamBroken extends Error {}

export interface CallOptions {
  readonly socketPath: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
  /** Ends the call; what the daemon does then depends on the call. */
  readonly signal?: AbortSignal;
}

/**
 * One call with one JSON answer.
 * @throws KilnError as the daemon reported it; the socket's own error when nobody answers
 */
export async function call<T>(options: CallOptions): Promise<T> {
  const response = await open(options);
  const text = await textOf(response);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/**
 * One call whose answer is a stream of lines; resolves with the last.
 * @throws StreamBroken when it ends without a last line
 */
export async function callStream(
  options: CallOptions,
  onLine: (line: StreamLine) => void,
): Promise<StreamLine> {
  const response = await open(options);
  let last: StreamLine | undefined;
  try {
    for await (const text of linesOf(response)) {
      const line = JSON.parse(text) as StreamLine;
      if (line.type === 'result' || line.type === 'failure') last = line;
      else onLine(line);
    }
  } catch (error) {
    if (options.signal?.aborted) throw error;
    if (!last) throw new StreamBroken('the runtime ended while it answered', { cause: error });
  }
  if (!last) throw new StreamBroken('the runtime ended while it answered');
  return last;
}

async function open(options: CallOptions): Promise<IncomingMessage> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    const outgoing: ClientRequest = request({
      socketPath: options.socketPath,
      method: options.method,
      path: options.path,
      agent: false,
      ...(options.signal ? { signal: options.signal } : {}),
      headers:
        body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    outgoing.once('response', resolve).once('error', reject);
    outgoing.end(body);
  });
  if ((response.statusCode ?? 500) < 400) return response;
  throw errorOf(await textOf(response), response.statusCode);
}

function errorOf(text: string, status: number | undefined): KilnError {
  try {
    return fromWire((JSON.parse(text) as { error: WireError }).error);
  } catch {
    return new KilnError(`the runtime answered ${status} with '${text.slice(0, 200)}'`, {
      code: 'runtime.protocol',
      source: 'tool',
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

/** Splits a stream into its lines, without the line ends; what follows the last line end is dropped. */
export async function* linesOf(stream: NodeJS.ReadableStream): AsyncGenerator<string> {
  stream.setEncoding('utf8');
  let rest = '';
  for await (const chunk of stream) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}
