import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { name } from '../../package.json';
import { KilnError } from '../errors';

export { version } from '../../package.json';

/** The folder of this package, whether this file runs from the bundle in `dist/bin` or from the sources. */
export function packageRoot(from: string = __dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === name) return folder;
    if (folder === dirname(folder)) break;
  }
  throw new KilnError(`the folder of the package '${name}' was not found above '${from}'`, {
    code: 'cli.no-package',
    source: 'tool',
    remedy: `Install it again: npm install ${name}`,
  });
}

/** The bundled provider, which is also the local runtime. */
export function providerFile(root: string = packageRoot()): string {
  return join(root, 'dist', 'bin', 'terraform-provider-kiln.js');
}
