import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longest socket path that both Linux (108) and macOS (104) take, their closing zero byte included. */
const MAX_SOCKET_PATH = 103;

/** A folder only the owner can enter, with room for one socket. */
export interface SocketFolder {
  readonly socketPath: string;
  remove(): void;
}

export function createSocketFolder(base = tmpdir()): SocketFolder {
  const prefix = 'plugin-';
  const length = Buffer.byteLength(join(base, `${prefix}XXXXXX`, 's'));
  const folder = mkdtempSync(join(length > MAX_SOCKET_PATH ? '/tmp' : base, prefix));
  return {
    socketPath: join(folder, 's'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
