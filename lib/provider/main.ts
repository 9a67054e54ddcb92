import { servePlugin } from '../plugin';
import { BUILD } from './version';

/** One file, several programs: what Terraform starts, and what must outlive it. */
async function main([mode, ...args]: readonly string[]): Promise<number> {
  switch (mode) {
    case 'runtime':
      return (await import('../runtime/main')).runRuntime(args, BUILD);
    case 'balancer':
      return (await import('../runtime/main')).runBalancer(args);
    case 'forward':
      return (await import('../runtime/main')).runForward(args);
    default:
      return servePlugin(async () => (await import('./provider')).kilnProvider(), { name: 'kiln' });
  }
}

main(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
