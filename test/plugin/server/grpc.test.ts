import { once } from 'node:events';
import http2, { type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { serveUnary, type UnaryHandler } from '../../../lib/plugin/server/grpc';

const EMPTY_MESSAGE = Buffer.alloc(5);

/** One call over plain HTTP/2, served as the stream comes. */
async function call(handlerFor: (stream: ServerHttp2Stream) => UnaryHandler): Promise<void> {
  const server = http2.createServer();
  const served = new Promise<void>((resolve, reject) => {
    server.on('stream', (stream, headers) => {
      serveUnary(stream, headers, handlerFor(stream)).then(resolve, reject);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    const request = client.request({ ':method': 'POST', ':path': '/x' });
    request.on('error', () => undefined);
    request.end(EMPTY_MESSAGE);
    await served;
  } finally {
    client.destroy();
    server.close();
  }
}

describe('a call that is closed while it is handled', () => {
  test('gets no answer', async () => {
    const closing = (stream: ServerHttp2Stream) => async () => {
      stream.close(http2.constants.NGHTTP2_CANCEL);
      return new Uint8Array();
    };
    await expect(call(closing)).resolves.toBeUndefined();
  });

  test('gets no error either', async () => {
    const failing = (stream: ServerHttp2Stream) => async () => {
      stream.close(http2.constants.NGHTTP2_CANCEL);
      throw new Error('oops');
    };
    await expect(call(failing)).resolves.toBeUndefined();
  });
});
