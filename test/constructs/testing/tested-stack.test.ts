import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Aspects, type IAspect, Testing } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { UnikernelImage, UnikernelService } from '../../../constructs';
import { LocalService } from '../../../constructs/bindings';
import { TestedStack } from '../../../constructs/testing';
import { LocalStack } from '../../../stacks';
import { kernelFile, temporaryFolder } from '../fixtures';
import { shop } from './fixtures';

test('a stack is read as it is now, and as its aspects will make it', () => {
  const stack = shop();
  const more: IAspect = {
    visit(node: IConstruct) {
      if (node instanceof LocalService) node.instances = 7;
    },
  };
  Aspects.of(stack).add(more);
  expect(TestedStack.of(stack).findService('web').instances).toEqual({ min: 7, max: 7 });
});

test('reading a stack changes nothing about it', () => {
  const stack = shop();
  TestedStack.of(stack);
  expect(TestedStack.of(stack)).toEqual(TestedStack.of(shop()));
});

test('a stack that was written is the same as the one that wrote it', () => {
  const outdir = temporaryFolder();
  const app = new App({ outdir });
  const stack = new LocalStack(app, 'shop');
  new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel(kernelFile()), port: 80 });
  app.synth();
  const written = TestedStack.fromFile(join(outdir, 'stacks/shop/cdk.tf.json'));
  expect(written.services).toEqual(TestedStack.of(stack).services);
  expect({ before: written, after: stack }).not.toReplaceAnything();
});

test('a service is named by its path in the stack', () => {
  const stack = new LocalStack(Testing.app({ outdir: temporaryFolder() }), 'shop');
  const front = new Construct(stack, 'front');
  new UnikernelService(front, 'web', { image: UnikernelImage.fromKernel(kernelFile()), port: 80 });
  expect(TestedStack.of(stack).services.map(({ name }) => name)).toEqual(['front/web']);
});

test.each([
  [undefined, 'undefined'],
  ['shop', 'shop'],
  [{ some: 'thing' }, 'an object of class Object'],
])('refuses what is no stack (%p)', (subject, said) => {
  expect(() => expect(subject).not.toOpenOnlyPorts([1])).toThrow(
    `an assertion about a stack was given ${said}; give a stack such as LocalStack or AwsStack, or for a change ` +
      '{ before, after } of them',
  );
});

test('refuses text that does not say which constructs it comes from', () => {
  expect(() => TestedStack.fromJson(Testing.synth(shop()))).toThrow(
    'the Terraform JSON does not say what stack it is of',
  );
});

test('refuses a file that is not there or no JSON, by its name', () => {
  const path = join(temporaryFolder(), 'cdk.tf.json');
  expect(() => TestedStack.fromFile(path)).toThrow(`'${path}' is no synthesized stack: ENOENT`);
  writeFileSync(path, '{');
  expect(() => TestedStack.fromFile(path)).toThrow(`'${path}' is no synthesized stack: `);
  expect(readFileSync(path, 'utf8')).toBe('{');
});
