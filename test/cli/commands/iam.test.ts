import { runCommandLine } from '../../../lib/cli/program';
import { SHOP_RESOURCES, stackJson } from '../../clouds/aws/permissions/stack-json';
import { contextIn, plainApp, temporaryFolder, writeProject } from '../fixtures';

const folder = temporaryFolder();

/** `kiln <words>` in a project with these stacks. */
async function kiln(words: string, stacks: Record<string, object>) {
  await writeProject(folder(), plainApp(stacks));
  const context = contextIn(folder());
  const exitCode = await runCommandLine(words.split(' '), context);
  return { exitCode, out: context.host.outText, err: context.host.errText };
}

const SHOP = { shop: stackJson({ resource: SHOP_RESOURCES }) };

test('the policy of the only stack is printed as JSON and nothing else', async () => {
  const { exitCode, out } = await kiln('iam aws --for plan', SHOP);
  expect(exitCode).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    Version: '2012-10-17',
    Statement: [{ Sid: 'Look', Effect: 'Allow', Action: expect.arrayContaining(['ec2:DescribeVpcs']) }],
  });
});

test('without --for it is that of a deploy', async () => {
  const { out } = await kiln('iam aws shop', { ...SHOP, other: stackJson() });
  expect(out).toContain('ec2:CreateVpc');
});

test('a policy above the limit of a managed one is warned of, and split where that is asked', async () => {
  const { err, out } = await kiln('iam aws', SHOP);
  expect(err).toMatch(
    /^warning: it has \d+ characters and a managed policy may have 6144; `--split` makes 2 of it$/m,
  );
  const split = await kiln('iam aws --split', SHOP);
  expect(split.err).not.toContain('warning');
  const parts = JSON.parse(split.out) as { Statement: object[] }[];
  expect(parts).toHaveLength(2);
  for (const part of parts) expect(JSON.stringify(part).length).toBeLessThanOrEqual(6144);
  expect(parts.flatMap(({ Statement }) => Statement)).toEqual(JSON.parse(out).Statement);
});

test('what is not covered is named', async () => {
  const resource = { ...SHOP_RESOURCES, aws_s3_bucket: { Mine: {} } };
  const { exitCode, err, out } = await kiln('iam aws --json', { shop: stackJson({ resource }) });
  expect(exitCode).toBe(0);
  expect(err).toContain('warning: not covered, since nothing is known about them: aws_s3_bucket\n');
  expect(JSON.parse(out)).toMatchObject({
    stack: 'shop',
    for: 'deploy',
    limit: 6144,
    notCovered: ['aws_s3_bucket'],
    policy: { Version: '2012-10-17' },
  });
});

test('a stack without a region is warned of', async () => {
  const { err } = await kiln('iam aws', { shop: stackJson({ provider: {}, resource: SHOP_RESOURCES }) });
  expect(err).toContain('warning: the stack names no region, so the policy is for all of them');
});

test('refuses a stack that has nothing on AWS', async () => {
  const { exitCode, err } = await kiln('iam aws', { shop: stackJson({ provider: {} }) });
  expect(exitCode).toBe(1);
  expect(err).toContain("error: the stack 'shop' has nothing on AWS that 'deploy' needs a permission for\n");
});

test('refuses a phase that there is not', async () => {
  const { exitCode, err } = await kiln('iam aws --for rollback', SHOP);
  expect(exitCode).toBe(2);
  expect(err).toContain("argument 'rollback' is invalid. Allowed choices are plan, deploy, prune.");
});
