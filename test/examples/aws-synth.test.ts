import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyExamples, synthExample } from './examples';

jest.setTimeout(180_000);

/** Copies of the examples with another stack and nothing else changed. */
function examplesOnAws(): string {
  const folder = copyExamples('hello', 'hello-unikernel', 'shop');
  for (const name of ['hello', 'shop']) changeStack(join(folder, name, 'main.ts'), name);
  return folder;
}

function changeStack(main: string, name: string): void {
  const before = readFileSync(main, 'utf8');
  const after = before
    .replace("import { LocalStack } from 'kiln-cdk/stacks';", "import { AwsStack } from 'kiln-cdk/aws';")
    .replace(`new LocalStack(app, '${name}')`, `new AwsStack(app, '${name}', { region: 'eu-central-1' })`);
  expect(after.split('\n').filter((line, at) => line !== before.split('\n')[at])).toHaveLength(2);
  writeFileSync(main, after);
}

async function resourcesOf(folder: string, name: string) {
  await synthExample(join(folder, name));
  const file = join(folder, name, 'cdktf.out/stacks', name, 'cdk.tf.json');
  return JSON.parse(readFileSync(file, 'utf8')).resource;
}

test('hello and shop go to AWS with another stack and the same services', async () => {
  const examples = examplesOnAws();
  const hello = await resourcesOf(examples, 'hello');
  expect(hello.aws_autoscaling_group.web).toMatchObject({ name: 'hello-web', min_size: 3, max_size: 3 });
  expect(hello.kiln_aws_rollout.web.update).toMatchObject({ strategy: 'rolling', bake_ms: 2000 });
  expect(Object.keys(hello.aws_lb)).toEqual(['balancer_public']);

  const shop = await resourcesOf(examples, 'shop');
  expect(Object.keys(shop.kiln_aws_rollout)).toEqual(['cart', 'catalog', 'web']);
  expect(shop.kiln_ami.web.image.boot_args).toEqual([
    '--port=8080',
    '--cart=10.0.240.4:9200',
    '--catalog=10.0.240.4:9100',
  ]);
  expect(shop.kiln_ami.cart.image.boot_args).toEqual(['--port=9200', '--catalog=10.0.240.4:9100']);
  expect(Object.keys(shop.aws_lb)).toEqual(['balancer_internal', 'balancer_public']);
});
