import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { KilnError } from '../errors';
import type { FrontResult } from './balancer/control';

/** Why a service cannot listen where it should. */
export function portInUse(service: string, { code, address }: NonNullable<FrontResult['error']>): KilnError {
  if (code !== 'EADDRINUSE') {
    return new KilnError(`service '${service}' cannot listen on ${address}: ${code}`, {
      code: 'runtime.listen',
    });
  }
  const owner = tryFindListener(Number(address.slice(address.lastIndexOf(':') + 1)));
  return new KilnError(
    `service '${service}' cannot listen on ${address}: ${owner ?? 'another process'} has it`,
    {
      code: 'runtime.port-in-use',
      remedy: "Choose another port, or 'auto' for any that is free.",
    },
  );
}

/** `nginx (process 4711)`: who listens on a loopback port, where the system tells (proc(5)). */
export function tryFindListener(port: number): string | undefined {
  try {
    const inode = listeningInode(port);
    return inode === undefined ? undefined : processWith(`socket:[${inode}]`);
  } catch {
    return undefined;
  }
}

/** Rows of /proc/net/tcp: local address as hex IP:PORT in the second column, state in the fourth, inode in the tenth. */
function listeningInode(port: number): string | undefined {
  const LISTEN = '0A';
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  const found = rows
    .map((row) => row.trim().split(/\s+/))
    .find((row) => row[1]?.endsWith(suffix) && row[3] === LISTEN);
  return found?.[9];
}

function processWith(socket: string): string | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!descriptors(pid).includes(socket)) continue;
    return `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`;
  }
  return undefined;
}

function descriptors(pid: string): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).map((fd) => readlinkSync(`${folder}/${fd}`));
  } catch {
    // Another user's, or gone meanwhile.
    return [];
  }
}
