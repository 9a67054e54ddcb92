import { resolve } from 'node:path';
import { KilnError } from '../errors';

/**
 * Reads `--home DIR`, all that daemon and balancer are told.
 * @throws KilnError `runtime.arguments`
 */
export function parseHome(argv: readonly string[]): string {
  if (argv.length === 2 && argv[0] === '--home' && argv[1]) return resolve(argv[1]);
  throw new KilnError(`unexpected arguments ${JSON.stringify(argv)}; expected --home DIR`, {
    code: 'runtime.arguments',
  });
}
