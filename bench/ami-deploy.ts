// From `terraform apply` to a registered AMI of the hello image: `npx tsx bench/ami-deploy.ts`. A fake of AWS answers each put
// after 100 ms and other calls after 50 ms, and seals at once. Terraform's own start is in it; making the plan is a part of an apply.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TerraformFolder } from '../test/e2e/terraform-folder';
import { type AwsFake, startAwsFake } from '../test/helpers/aws-fake';
import { helloKernel, imageSpec } from '../test/helpers/unikernel';
import { figure, median, report } from './measure';

const ROUNDS = 5;
const PUT_MS = 100;
const CALL_MS = 50;

function startFake(): Promise<AwsFake> {
  const calls = ['StartSnapshot', 'CompleteSnapshot', 'DescribeSnapshots', 'DescribeImages', 'RegisterImage'];
  return startAwsFake({
    latencyMs: {
      PutSnapshotBlock: PUT_MS,
      CreateTags: CALL_MS,
      DeleteTags: CALL_MS,
      ...Object.fromEntries(calls.map((action) => [action, CALL_MS])),
    },
    lateness: { sealing: 0, image: 0 },
  });
}

/** Milliseconds from the start of Terraform to the registered image, and to Terraform's end. */
async function deploy(): Promise<{ readonly registered: number; readonly ended: number }> {
  const fake = await startFake();
  const { AWS_ENDPOINT_URL: _, AWS_REGION: __, ...credentials } = fake.env;
  const stack = new TerraformFolder(credentials);
  try {
    cpSync(helloKernel(), join(stack.folder, 'hello.elf'));
    const { digest } = imageSpec(join(stack.folder, 'hello.elf'), { boot: 'disk', bootArgs: [] });
    const image = { path: 'hello.elf', kind: 'kernel', digest, boot_args: [] };
    stack.write({
      provider: { kiln: { aws: { region: fake.region, endpoints: { ec2: fake.url, ebs: fake.url } } } },
      resource: { kiln_ami: { web: { image, service: 'shop/web' } } },
    });
    await stack.init();
    const started = performance.now();
    const applying = stack.apply();
    while (fake.images.length === 0) await sleep(5);
    const registered = performance.now() - started;
    await applying;
    return { registered, ended: performance.now() - started };
  } finally {
    await stack.remove();
    await fake.stop();
  }
}

async function main(): Promise<void> {
  const rounds: Awaited<ReturnType<typeof deploy>>[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await deploy());
  const row = (name: string, times: readonly number[]) => [
    name,
    figure(median(times)),
    figure(Math.max(...times)),
  ];
  report(
    `The hello image, median of ${ROUNDS}`,
    ['', 'ms', 'worst'],
    [
      row(
        'terraform apply to AMI registered',
        rounds.map(({ registered }) => registered),
      ),
      row(
        'to the end of terraform',
        rounds.map(({ ended }) => ended),
      ),
    ],
  );
}

void main();
