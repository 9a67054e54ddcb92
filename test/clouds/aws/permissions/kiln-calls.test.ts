import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leastPolicy } from '../../../../lib/clouds/aws/permissions';
import { stackJson } from './stack-json';

const CODE = join(__dirname, '../../../../lib/clouds/aws');

/** `ec2:Instance`, without a verb, is a kind of resource. */
const ACTION =
  /'((?:ec2|ebs|autoscaling|elasticloadbalancing|cloudwatch|kms):(?:Add|Cancel|Complete|Copy|Create|Delete|De(?:register|scribe)|Disable|Enable|Get|List|Modify|Put|Register|Remove|Rollback|Set|Start|Stop|Terminate|Update)\w*)'/g;

/** Every action that the code says it calls; each call names its own, for errors. */
function actionsInCode(): string[] {
  const files = readdirSync(CODE, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith('permissions'),
  );
  const texts = files.map((file) => readFileSync(join(CODE, file), 'utf8'));
  const found = texts.flatMap((text) => [...text.matchAll(ACTION)].map(([, action]) => action));
  return [...new Set(found as string[])].sort();
}

/** With every argument that brings a call. */
const EVERYTHING = stackJson({
  resource: {
    kiln_ami: { Web: { service: 'shop/web', copies: { 'us-east-1': {} }, launch_permissions: ['1'] } },
    kiln_aws_rollout: {
      Rolling: { update: { strategy: 'rolling' }, groups: [{ name: 'a', target_group_arns: ['arn'] }] },
      BlueGreen: { update: { strategy: 'blue-green' }, groups: [{ name: 'a', target_group_arns: ['arn'] }] },
    },
  },
});

test('whatever Kiln calls on AWS is in the policy of a stack that uses all of it', () => {
  const { calls } = leastPolicy(EVERYTHING, 'deploy');
  const prunes = leastPolicy(EVERYTHING, 'prune').calls;
  const allowed = new Set([...calls, ...prunes]);
  expect(actionsInCode().length).toBeGreaterThan(5);
  expect(actionsInCode().filter((action) => !allowed.has(action))).toEqual([]);
});
