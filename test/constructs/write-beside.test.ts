import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, TerraformStack } from 'cdktf';
import { writeBeside } from '../../constructs/write-beside';
import { temporaryFolder } from './fixtures';

function stackIn(outdir: string): TerraformStack {
  return new TerraformStack(new App({ outdir }), 'shop');
}

test('files lie beside the JSON of their stack, whoever else writes some', () => {
  const outdir = temporaryFolder();
  const stack = stackIn(outdir);
  for (const name of ['a', 'b']) writeBeside(stack, (folder) => writeFileSync(join(folder, name), name));
  (stack.node.root as App).synth();
  for (const name of ['a', 'b']) expect(readFileSync(join(outdir, 'stacks/shop', name), 'utf8')).toBe(name);
  expect(existsSync(join(outdir, 'stacks/shop/cdk.tf.json'))).toBe(true);
});

test('there is no JSON where they could not be written', () => {
  const outdir = temporaryFolder();
  const stack = stackIn(outdir);
  writeBeside(stack, () => {
    throw new Error('the disk is full');
  });
  expect(() => (stack.node.root as App).synth()).toThrow('the disk is full');
  expect(existsSync(join(outdir, 'stacks/shop/cdk.tf.json'))).toBe(false);
});
