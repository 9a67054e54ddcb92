import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { deploy } from '../../../lib/cli/commands/deploy';
import { destroy } from '../../../lib/cli/commands/destroy';
import { diff } from '../../../lib/cli/commands/diff';
import { tryFindExecutable } from '../../../lib/io/which';
import { contextIn, temporaryFolder, writeProject } from '../fixtures';

// Terraform's built-in resource needs no provider, so all of it runs here but ours.
const APP = `
  const { App, TerraformOutput, TerraformStack, TerraformVariable } = require('cdktf');
  const { DataResource } = require('cdktf/lib/terraform-data-resource');
  const app = new App();
  const stack = new TerraformStack(app, 'plain');
  const secret = new TerraformVariable(stack, 'secret', { type: 'string', sensitive: true, default: 'hush' });
  new DataResource(stack, 'one', { input: process.env.INPUT, triggersReplace: process.env.TRIGGER });
  new DataResource(stack, 'two', { input: secret.value });
  new TerraformOutput(stack, 'input', { value: process.env.INPUT });
  app.synth();
`;

const folder = temporaryFolder();
let there = false;
beforeAll(async () => {
  there = Boolean((await tryFindExecutable('terraform')) ?? (await tryFindExecutable('tofu')));
  if (there) return;
  if (process.env.CI === 'true') throw new Error('neither terraform nor tofu is installed');
  process.stderr.write('skipped: neither terraform nor tofu is installed\n');
});

const context = (INPUT: string, TRIGGER: string) => contextIn(folder(), { INPUT, TRIGGER });

test('a stack is deployed, reviewed, changed and removed', async () => {
  if (!there) return;
  await writeProject(folder(), APP);

  const first = context('a', '1');
  expect(await deploy({ yes: true }, first)).toBe(0);
  expect(first.host.errText).toContain(
    '+ terraform_data.one  is new\n    input             a\n    triggers_replace  1\n',
  );
  expect(first.host.errText).toContain('input  (sensitive)');
  expect(first.host.errText).not.toContain('hush');
  expect(first.host.outText).toBe('  input  a\n');
  expect(existsSync(join(folder(), 'terraform.plain.tfstate'))).toBe(true);

  const same = context('a', '1');
  expect(await diff({ exitCode: true }, same)).toBe(0);
  expect(same.host.outText).toBe('✓ plain: no changes. What runs is what the code says.\n');

  const changed = context('b', '1');
  expect(await diff({ exitCode: true }, changed)).toBe(3);
  expect(changed.host.outText).toContain('~ terraform_data.one  changes in place\n    input   a → b\n');

  const replaced = context('a', '2');
  expect(await diff({}, replaced)).toBe(0);
  expect(replaced.host.outText).toContain('± terraform_data.one  is replaced\n');
  expect(replaced.host.outText).toContain('triggers_replace  1 → 2  forces the replacement');

  const gone = context('a', '1');
  expect(await destroy({ yes: true }, gone)).toBe(0);
  expect(gone.host.errText).toContain('plain: 2 resources to remove.');
});

test('refuses with what Terraform says is wrong', async () => {
  if (!there) return;
  const bad = "new DataResource(stack, 'bad', {}).addOverride('nonsense', 1); app.synth();";
  await writeProject(folder(), APP.replace('app.synth();', bad));
  await expect(diff({}, context('a', '1'))).rejects.toMatchObject({
    code: 'terraform.plan-failed',
    message: expect.stringContaining('Extraneous JSON object property'),
    detail: expect.stringContaining('nonsense'),
  });
});
