import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyExamples, runTsx, synthExample } from './examples';

jest.setTimeout(120_000);

const examples = () => copyExamples('hello', 'hello-unikernel', 'shop');

async function synth(folder: string): Promise<{ said: string; images: string[] }> {
  const said = await synthExample(folder);
  const stacks = join(folder, 'cdktf.out/stacks');
  const [stack] = readdirSync(stacks);
  return { said, images: readdirSync(join(stacks, stack as string, 'images')) };
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

test("shop's own tests pass, as docs/testing.md runs them", () => {
  const said = runTsx(join(examples(), 'shop'), '--test', '--test-reporter=tap', 'shop.test.ts');
  expect(said).toMatch(/# pass 4\n# fail 0\n/);
});
