import { cpSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProject } from '../../lib/cli/project';
import { synthesize } from '../../lib/cli/synth';
import { contextIn } from '../cli/fixtures';
import { temporaryFolder } from '../constructs/fixtures';

const ROOT = join(__dirname, '../..');

jest.setTimeout(120_000);

/** A copy of the examples, which their tools build in, with this checkout's constructs as the installed package. */
function examples(): string {
  const folder = realpathSync(temporaryFolder());
  for (const name of ['hello', 'hello-unikernel', 'shop']) {
    cpSync(join(ROOT, 'examples', name), join(folder, 'examples', name), {
      recursive: true,
      filter: (path) => !/\/(build|cdktf\.out|\.kiln|node_modules)$/.test(path),
    });
  }
  const installed = join(folder, 'node_modules/kiln-cdk');
  mkdirSync(installed, { recursive: true });
  const exports = { '.': './index.js', './stacks': './stacks.js' };
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ name: 'kiln-cdk', exports }));
  writeFileSync(
    join(installed, 'index.js'),
    `module.exports = require(${JSON.stringify(join(ROOT, 'constructs'))});`,
  );
  writeFileSync(
    join(installed, 'stacks.js'),
    `module.exports = require(${JSON.stringify(join(ROOT, 'stacks'))});`,
  );
  return join(folder, 'examples');
}

async function synth(folder: string): Promise<{ said: string; images: string[] }> {
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`;
  const context = contextIn(folder, { PATH, NODE_PATH: join(ROOT, 'node_modules') });
  const project = await readProject(folder);
  // The example's own line, without the download that npx would begin here.
  await synthesize({ ...project, app: project.app.replace(/^npx /, '') }, context);
  const stacks = join(folder, 'cdktf.out/stacks');
  const [stack] = readdirSync(stacks);
  return { said: context.host.errText, images: readdirSync(join(stacks, stack as string, 'images')) };
}

test('hello builds its kernel in the folder beside it, and only when that has changed', async () => {
  const hello = join(examples(), 'hello');
  const { said, images } = await synth(hello);
  expect(said).toBe("building '../hello-unikernel': make -s\n");
  expect(images).toHaveLength(1);
  expect(await synth(hello)).toEqual({ said: '', images });
});

test('shop builds its three kernels, and all again when what they are linked with changes', async () => {
  const folder = examples();
  const shop = join(folder, 'shop');
  const builds = ['catalog', 'cart', 'web'].map(
    (name) => `building 'unikernels': make -s build/${name}.elf\n`,
  );
  const { said, images } = await synth(shop);
  expect(said).toBe(builds.join(''));
  expect(images).toHaveLength(3);
  writeFileSync(join(folder, 'hello-unikernel/kernel/unused.h'), '// new\n');
  expect((await synth(shop)).said).toBe(builds.join(''));
  expect((await synth(shop)).said).toBe('');
});
