import { messageOf } from '../errors';
import { parseHome } from './argv';
import { runBalancer as balance } from './balancer/main';
import { runDaemon } from './daemon';
import { forward } from './forward';
import { RuntimePaths } from './paths';
import { QemuHost } from './qemu-host';

/**
 * The daemon: `runtime --home DIR`. Resolves with the exit code when it has ended.
 * @param version of this package, or of this build
 */
export async function runRuntime(argv: readonly string[], version: string): Promise<number> {
  return reporting(async () => {
    const paths = new RuntimePaths(parseHome(argv));
    const entry = process.argv[1] ?? __filename;
    await runDaemon({
      paths,
      entry,
      version,
      log,
      newHost: (images, onNotice) => new QemuHost({ paths, images, entry, onNotice }),
    });
  });
}

/** The balancer's process: `balancer --home DIR`. Resolves with the exit code when it was told to end. */
export async function runBalancer(argv: readonly string[]): Promise<number> {
  return reporting(() => balance(argv));
}

/** A guest's connection to a peer: `forward SOCKET`. Resolves with the exit code when it has ended. */
export async function runForward(argv: readonly string[]): Promise<number> {
  return (await forward(argv[0] ?? '')) ? 0 : 1;
}

async function reporting(run: () => Promise<void>): Promise<number> {
  try {
    await run();
    return 0;
  } catch (error) {
    log(messageOf(error));
    return 1;
  }
}

/** These processes have no terminal: what they write is their log file. */
function log(line: string): void {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
}
