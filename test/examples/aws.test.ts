import { cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { kilnMatchers, TestedStack } from '../../constructs/testing';
import { LINUX_MICROVM, linuxMicrovm, testWithLinux } from '../helpers/linux-microvm';
import { copyExamples, synthExample } from './examples';

expect.extend(kilnMatchers);
jest.setTimeout(120_000);

const synthesizes = testWithLinux('amd64', 'make', 'gcc');

/** The example beside linux-microvm as `make` there leaves it. */
function example(): string {
  const folder = copyExamples('aws');
  const build = dirname(linuxMicrovm().kernel);
  const to = join(folder, 'linux-microvm', build.slice(LINUX_MICROVM.length));
  for (const name of ['vmlinuz', 'initramfs.cpio']) cpSync(join(build, name), join(to, name));
  return join(folder, 'aws');
}

async function synth(env: Record<string, string> = {}): Promise<TestedStack> {
  const folder = example();
  await synthExample(folder, env);
  return TestedStack.fromFile(join(folder, 'cdktf.out/stacks/linux/cdk.tf.json'));
}

synthesizes('Linux as a unikernel is taken for Nitro, and is reached at port 80 only', async () => {
  const stack = await synth();
  expect(stack.findService('web').launch.get('launch_template.instance_type')).toBe('t3.nano');
  expect(stack).toOpenOnlyPorts([80]);
  expect(stack).toConnectOnly({});
  expect(stack).toKeepImages(3);
});

synthesizes('another version replaces its instances, two of which always serve', async () => {
  const [before, after] = [await synth(), await synth({ LINUX_VERSION: '2' })];
  expect({ before, after }).toReplaceInstancesOf('web');
  expect({ before, after }).toKeepInService(2, 'web');
  expect({ before, after: await synth() }).not.toReplaceAnything();
});
