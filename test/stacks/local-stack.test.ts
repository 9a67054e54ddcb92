import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, LocalBackend } from 'cdktf';
import { UnikernelImage, UnikernelService } from '../../constructs';
import { LocalStack } from '../../stacks';
import { kernelFile, temporaryFolder } from '../constructs/fixtures';

function synthesised(change: (stack: LocalStack) => void = () => undefined) {
  const project = temporaryFolder();
  const outdir = join(project, 'cdktf.out');
  const app = new App({ outdir, context: { cdktfJsonPath: join(project, 'cdktf.json') } });
  const stack = new LocalStack(app, 'shop');
  change(stack);
  app.synth();
  return { project, json: JSON.parse(readFileSync(join(outdir, 'stacks/shop/cdk.tf.json'), 'utf8')) };
}

test("Terraform's state is kept in the project folder, by a relative path", () => {
  expect(synthesised().json.terraform.backend).toEqual({
    local: { path: '../../../terraform.shop.tfstate' },
  });
});

test('a backend of its own is left alone', () => {
  const { json } = synthesised((stack) => new LocalBackend(stack, { path: 'here.tfstate' }));
  expect(json.terraform.backend).toEqual({ local: { path: 'here.tfstate' } });
});

test('the output names no folder of this machine', () => {
  const kernel = kernelFile();
  const { json, project } = synthesised((stack) => {
    new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel(kernel), port: 80 }).expose();
  });
  expect(JSON.stringify(json)).not.toContain(project);
  expect(JSON.stringify(json)).not.toContain(kernel);
});

test('the same app gives the same output twice', () => {
  const kernel = kernelFile();
  const make = () =>
    synthesised((stack) => {
      new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel(kernel), port: 80 });
    }).json;
  expect(make()).toEqual(make());
});
