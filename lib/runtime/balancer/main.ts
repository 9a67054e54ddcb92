import { chmod, mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { dirname } from 'node:path';
import { takeLock } from '../../io/lock';
import { parseHome } from '../argv';
import { RuntimePaths } from '../paths';
import { Balancer } from './balancer';
import { controlServer } from './control-server';

/**
 * Runs the balancer process of a state folder until it is told to end. Resolves when it has; at once where another one
 * runs already.
 * @param argv `--home DIR`
 */
export async function runBalancer(argv: readonly string[]): Promise<void> {
  const paths = new RuntimePaths(parseHome(argv));
  process.umask(0o077);
  const lock = await takeLock(paths.home, 'balancer');
  if (!lock) return;
  try {
    await mkdir(dirname(paths.serviceSocket('any')), { recursive: true, mode: 0o700 });
    await serveUntilShutdown(paths.balancerSocket);
  } finally {
    lock.release();
  }
}

async function serveUntilShutdown(socketPath: string): Promise<void> {
  const balancer = new Balancer();
  let server: Server | undefined;
  await rm(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server = controlServer(balancer, resolve);
    server.once('error', reject);
    server.listen(socketPath, () => void chmod(socketPath, 0o600).catch(reject));
    process.once('SIGTERM', () => resolve());
  });
  server?.close();
  balancer.close();
}
