import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { request } from 'node:http';
import { delimiter, join } from 'node:path';
import type { Answer } from '../refusal';
import type { SignedRequest } from '../sigv4';

/** Python and all its services: seconds on a busy machine. */
const PATIENCE_MS = 60_000;

/** A moto_server of its own. */
export interface Moto {
  readonly url: string;
  /** Gives it a request as it came. */
  pass(request: SignedRequest): Promise<Answer>;
  stop(): Promise<void>;
}

/** Undefined where there is none on the path. */
export function findMoto(path = process.env.PATH ?? ''): string | undefined {
  const places = path.split(delimiter).map((folder) => join(folder, 'moto_server'));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** On a port that the system gives. @throws where it does not come up */
export async function startMoto(program: string): Promise<Moto> {
  const child = spawn(program, ['-H', '127.0.0.1', '-p', '0'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    kill();
    await ended;
  };
  try {
    const url = await listening(child.stderr, ended);
    return { url, stop, pass: (message) => pass(url, message) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Its first words name the port; the rest is a line per request, which nobody needs. */
function listening(stream: NodeJS.ReadableStream, ended: Promise<void>): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    const fence = setTimeout(() => reject(new Error(`moto_server does not come up: ${text}`)), PATIENCE_MS);
    stream.on('data', (data) => {
      if (text.length < 10_000) text += data;
      const url = /Running on (http:\/\/[\d.]+:\d+)/.exec(text)?.[1];
      if (!url) return;
      clearTimeout(fence);
      resolve(url);
    });
    ended.then(() => {
      clearTimeout(fence);
      reject(new Error(`moto_server ended: ${text}`));
    });
  });
}

function pass(base: string, { method, url, headers, body }: SignedRequest): Promise<Answer> {
  const { connection: _, 'accept-encoding': __, ...rest } = headers;
  const target = new URL(url.pathname + url.search, base);
  return new Promise((resolve, reject) => {
    const outgoing = request(target, { method, headers: rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { connection: ___, 'transfer-encoding': ____, ...kept } = response.headers;
        const entries = Object.entries(kept).map(([name, value]) => [name, String(value)]);
        const status = response.statusCode ?? 500;
        resolve({ status, headers: Object.fromEntries(entries), body: Buffer.concat(chunks) });
      });
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}
