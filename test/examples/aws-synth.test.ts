import { cpSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readProject } from '../../lib/cli/project';
import { synthesize } from '../../lib/cli/synth';
import { contextIn } from '../cli/fixtures';
import { temporaryFolder } from '../constructs/fixtures';
import { helloKernel, shopKernel } from '../helpers/unikernel';

const ROOT = join(__dirname, '../..');

jest.setTimeout(180_000);

/** Copies of the examples with another stack and nothing else changed; their kernels are built already. */
function examplesOnAws(): string {
  helloKernel();
  for (const name of ['cart', 'catalog', 'web'] as const) shopKernel(name);
  const folder = realpathSync(temporaryFolder());
  for (const name of ['hello', 'hello-unikernel', 'shop']) {
    cpSync(join(ROOT, 'examples', name), join(folder, 'examples', name), {
      recursive: true,
      preserveTimestamps: true,
      filter: (path) => !/\/(cdktf\.out|\.kiln|node_modules)$/.test(path),
    });
  }
  installKiln(folder);
  for (const name of ['hello', 'shop']) changeStack(join(folder, 'examples', name, 'main.ts'), name);
  return join(folder, 'examples');
}

/** This checkout as the installed package. */
function installKiln(folder: string): void {
  const installed = join(folder, 'node_modules/kiln-cdk');
  mkdirSync(installed, { recursive: true });
  const exports = { '.': './index.js', './aws': './aws.js' };
  writeFileSync(join(installed, 'package.json'), JSON.stringify({ name: 'kiln-cdk', exports }));
  for (const [file, source] of [
    ['index.js', 'constructs'],
    ['aws.js', 'stacks/aws'],
  ] as const) {
    writeFileSync(join(installed, file), `module.exports = require(${JSON.stringify(join(ROOT, source))});`);
  }
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
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`;
  const context = contextIn(join(folder, name), { PATH, NODE_PATH: join(ROOT, 'node_modules') });
  const project = await readProject(join(folder, name));
  // The example's own line, without the download that npx would begin here.
  await synthesize({ ...project, app: project.app.replace(/^npx /, '') }, context);
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
