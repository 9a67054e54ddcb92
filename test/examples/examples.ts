import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProject } from '../../lib/cli/project';
import { synthesize } from '../../lib/cli/synth';
import { contextIn } from '../cli/fixtures';
import { temporaryFolder } from '../constructs/fixtures';

const ROOT = join(__dirname, '../..');

/** What `kiln-cdk` exports, and where it is in this checkout. */
const ENTRIES = {
  '.': 'constructs',
  './stacks': 'stacks',
  './aws': 'stacks/aws',
  './testing': 'constructs/testing',
};

/**
 * A copy of examples, which their tools build in, with this checkout's constructs as the installed package.
 * @returns the folder that they are in
 */
export function copyExamples(...names: readonly string[]): string {
  const folder = realpathSync(temporaryFolder());
  for (const name of names) {
    cpSync(join(ROOT, 'examples', name), join(folder, 'examples', name), {
      recursive: true,
      filter: (path) => !/\/(build|cdktf\.out|\.kiln|node_modules)$/.test(path),
    });
  }
  const installed = join(folder, 'node_modules/kiln-cdk');
  mkdirSync(installed, { recursive: true });
  const exports = Object.entries(ENTRIES).map(([entry, place], index) => {
    const text = `module.exports = require(${JSON.stringify(join(ROOT, place))});`;
    writeFileSync(join(installed, `${index}.js`), text);
    return [entry, `./${index}.js`];
  });
  const manifest = { name: 'kiln-cdk', exports: Object.fromEntries(exports) };
  writeFileSync(join(installed, 'package.json'), JSON.stringify(manifest));
  return join(folder, 'examples');
}

/** Runs the example's own app, without the download that npx would begin. @returns what was said meanwhile */
export async function synthExample(folder: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const context = contextIn(folder, { ...environment(), ...env });
  const project = await readProject(folder);
  await synthesize({ ...project, app: project.app.replace(/^npx /, '') }, context);
  return context.host.errText;
}

/** What tsx prints with these arguments in the folder of an example. */
export function runTsx(folder: string, ...args: readonly string[]): string {
  const program = join(ROOT, 'node_modules/.bin/tsx');
  return execFileSync(program, args, { cwd: folder, encoding: 'utf8', env: environment() });
}

function environment(): { PATH: string; NODE_PATH: string } {
  const modules = join(ROOT, 'node_modules');
  return { PATH: `${join(modules, '.bin')}:${process.env.PATH}`, NODE_PATH: modules };
}
