import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, S3Backend } from 'cdktf';
import { UnikernelImage, UnikernelService } from '../../constructs';
import { AwsStack } from '../../stacks/aws';
import { KERNEL } from '../constructs/aws/service-fixtures';
import { temporaryFolder } from '../constructs/fixtures';

function synthesised(change: (stack: AwsStack) => void = () => undefined) {
  const project = temporaryFolder();
  const outdir = join(project, 'cdktf.out');
  const app = new App({ outdir, context: { cdktfJsonPath: join(project, 'cdktf.json') } });
  const stack = new AwsStack(app, 'shop', { region: 'eu-central-1' });
  change(stack);
  app.synth();
  const folder = join(outdir, 'stacks/shop');
  return { project, folder, json: JSON.parse(readFileSync(join(folder, 'cdk.tf.json'), 'utf8')) };
}

function addWeb(stack: AwsStack) {
  return new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel(KERNEL), port: 8080 });
}

test('both providers are in the region of the stack', () => {
  expect(synthesised().json.provider).toMatchObject({
    aws: [{ region: 'eu-central-1' }],
    kiln: [{ aws: { region: 'eu-central-1' } }],
  });
});

test("Terraform's state is kept in the project folder, by a relative path, unless the stack has a backend", () => {
  expect(synthesised().json.terraform.backend).toEqual({
    local: { path: '../../../terraform.shop.tfstate' },
  });
  const { json } = synthesised((stack) => {
    new S3Backend(stack, { bucket: 'states', key: 'shop', region: 'eu-central-1' });
  });
  expect(json.terraform.backend).toEqual({
    s3: { bucket: 'states', key: 'shop', region: 'eu-central-1' },
  });
});

test('images and the commit lie beside the configuration, and nothing names a folder of this machine', () => {
  const { project, folder, json } = synthesised((stack) => addWeb(stack).expose());
  const { image, source } = json.resource.kiln_ami.web;
  expect(readFileSync(join(folder, image.path))).toEqual(readFileSync(KERNEL));
  expect(JSON.parse(readFileSync(join(folder, source), 'utf8'))).toEqual({ commit: null });
  expect(JSON.stringify(json)).not.toContain(project);
  expect(JSON.stringify(json)).not.toContain(KERNEL);
});

test('the same app gives the same output twice', () => {
  const make = () => synthesised((stack) => addWeb(stack).expose()).json;
  expect(make()).toEqual(make());
});

test('a stack without services has nothing but its providers', () => {
  expect(synthesised().json.resource).toBeUndefined();
});
