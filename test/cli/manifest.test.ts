import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findStack, readManifest } from '../../lib/cli/manifest';
import { temporaryFolder } from './fixtures';

const folder = temporaryFolder();

const entry = (name: string, more: object = {}) => ({
  name,
  constructPath: name,
  workingDirectory: `stacks/${name}`,
  synthesizedStackPath: `stacks/${name}/cdk.tf.json`,
  annotations: [],
  dependencies: [],
  ...more,
});

const read = async (...stacks: ReturnType<typeof entry>[]) => {
  const manifest = {
    version: '0.21.0',
    stacks: Object.fromEntries(stacks.map((stack) => [stack.name, stack])),
  };
  await writeFile(join(folder(), 'manifest.json'), JSON.stringify(manifest));
  return readManifest(folder());
};

test('stacks come with their folders, dependencies and notes', async () => {
  const annotations = [{ constructPath: 'a/web', level: '@cdktf/warn', message: 'careful', stacktrace: [] }];
  const [stack] = await read(entry('a', { annotations, dependencies: ['b'] }));
  expect(stack).toEqual({
    name: 'a',
    folder: join(folder(), 'stacks/a'),
    file: join(folder(), 'stacks/a/cdk.tf.json'),
    annotations: [{ level: 'warning', construct: 'a/web', message: 'careful' }],
    dependencies: ['b'],
  });
});

test('refuses an app that synthesised nothing', async () => {
  await expect(readManifest(folder())).rejects.toMatchObject({
    code: 'synth.no-manifest',
    remedy: expect.stringContaining('app.synth()'),
  });
});

test('refuses an app without a stack', async () => {
  await expect(read()).rejects.toThrow('the app has no stack');
});

test('the only stack is meant when none is named', async () => {
  expect(findStack(await read(entry('a')), undefined).name).toBe('a');
});

test('refuses an unknown name, and lists those there are', async () => {
  const stacks = await read(entry('a'), entry('b'));
  expect(() => findStack(stacks, 'c')).toThrow("there is no stack 'c'; there is a, b");
});

test('refuses to choose between several', async () => {
  const stacks = await read(entry('a'), entry('b'));
  expect(() => findStack(stacks, undefined)).toThrow('the app has 2 stacks, so name the one you mean: a, b');
});
