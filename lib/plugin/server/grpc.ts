import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { messageOf } from '../../errors';

/** The codes of gRPC that are used here. */
export const Status = { ok: 0, unknown: 2, unimplemented: 12, internal: 13 } as const;

/** Answers one call; undefined for a method that is not known. */
export type UnaryHandler = (path: string, request: Uint8Array) => Promise<Uint8Array | undefined>;

const FRAME_HEADER = 5;
const HEADERS = { ':status': 200, 'content-type': 'application/grpc+proto' };

/**
 * Serves one gRPC call on an HTTP/2 stream: one message in, one out. Terraform uses no streams, no compression
 * and no deadlines towards providers.
 */
export async function serveUnary(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  handle: UnaryHandler,
): Promise<void> {
  // The other side may go away at any time; the call's own signal is what tells its handler.
  stream.on('error', () => {});
  try {
    const body = await readAll(stream);
    const request = unframe(body);
    const response = await handle(headers[':path'] ?? '', request);
    if (response === undefined) return fail(stream, Status.unimplemented, 'unknown method');
    answer(stream, response);
  } catch (error) {
    fail(stream, Status.internal, messageOf(error));
  }
}

function answer(stream: ServerHttp2Stream, response: Uint8Array): void {
  if (isGone(stream)) return;
  const header = Buffer.alloc(FRAME_HEADER);
  header.writeUInt32BE(response.length, 1);
  stream.respond(HEADERS, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(Status.ok) }));
  stream.write(header);
  stream.end(response);
}

function fail(stream: ServerHttp2Stream, status: number, message: string): void {
  if (isGone(stream)) return;
  stream.respond(
    { ...HEADERS, 'grpc-status': String(status), 'grpc-message': encodeURIComponent(message) },
    { endStream: true },
  );
}

/** A stream may be closed and not destroyed yet, as Node 20.12 leaves it when the other side goes; it takes no answer. */
function isGone(stream: ServerHttp2Stream): boolean {
  return stream.destroyed || stream.closed;
}

function unframe(body: Buffer): Uint8Array {
  if (body.length < FRAME_HEADER)
    throw new Error(`a gRPC message has a header of 5 bytes, and this has ${body.length}`);
  if (body[0] !== 0) throw new Error('the gRPC message is compressed, which was not offered');
  const length = body.readUInt32BE(1);
  if (length !== body.length - FRAME_HEADER) {
    throw new Error(`the gRPC message says ${length} bytes, and ${body.length - FRAME_HEADER} came`);
  }
  return body.subarray(FRAME_HEADER);
}

async function readAll(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
