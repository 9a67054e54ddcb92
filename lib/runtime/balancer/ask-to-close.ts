const HEAD_END = Buffer.from('\r\n\r\n');
const CRLF = '\r\n';
/** `HTTP/1.1 200 ...`; not 1xx, which another head follows or another protocol. */
const FINAL_STATUS = /^HTTP\/1\.1 [2-5]\d\d[ \r]/;

/**
 * Makes an HTTP/1.1 answer say `Connection: close`, where `chunk` begins with a whole head; anything else is returned
 * as it is. This is how a client leaves a draining backend without losing a request: it reads the answer to the end
 * and connects anew, while an idle connection closed under it may cross its next request.
 */
export function askToClose(chunk: Buffer): Buffer {
  if (chunk[0] !== 0x48 /* H */) return chunk;
  const end = chunk.indexOf(HEAD_END);
  if (end < 0) return chunk;
  const head = chunk.toString('latin1', 0, end);
  if (!FINAL_STATUS.test(head)) return chunk;
  const kept = head.split(CRLF).filter((line) => !/^(connection|keep-alive)\s*:/i.test(line));
  const rewritten = [...kept, 'Connection: close'].join(CRLF);
  return Buffer.concat([Buffer.from(rewritten, 'latin1'), chunk.subarray(end)]);
}
