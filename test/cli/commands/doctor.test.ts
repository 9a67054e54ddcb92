import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { doctor } from '../../../lib/cli/commands/doctor';
import { checkNode, checkProvider } from '../../../lib/cli/doctor/checks';
import { tryFindExecutable } from '../../../lib/io/which';
import { contextIn, fakeTerraform, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();

async function findings(env: NodeJS.ProcessEnv) {
  const context = contextIn(folder(), env);
  const exitCode = await doctor({ json: true }, context);
  const { ok, findings: list } = JSON.parse(context.host.outText);
  const byName = Object.fromEntries(list.map((finding: { name: string }) => [finding.name, finding]));
  return { exitCode, ok, byName };
}

test('what is missing has its exact remedy, and the command fails', async () => {
  const { exitCode, ok, byName } = await findings({ PATH: folder() });
  expect([exitCode, ok]).toEqual([1, false]);
  expect(byName.terraform).toMatchObject({
    state: 'missing',
    found: 'neither terraform nor tofu is in PATH',
  });
  expect(byName.qemu).toMatchObject({ state: 'missing', remedy: expect.stringContaining('qemu-system-x86') });
  expect(byName['gcc and make']).toMatchObject({
    state: 'warning',
    found: expect.stringContaining('no gcc and no make'),
  });
});

test('a Terraform that is too old is missing', async () => {
  const KILN_TERRAFORM = await fakeTerraform(folder(), { version: "console.log('Terraform v1.3.0')" });
  const { byName } = await findings({ KILN_TERRAFORM });
  expect(byName.terraform).toMatchObject({
    state: 'missing',
    found: expect.stringContaining('terraform 1.3.0, and Kiln needs 1.5.0 or newer'),
  });
});

test('a settings file for Terraform that does not exist is pointed out', async () => {
  const { byName } = await findings({ TF_CLI_CONFIG_FILE: '/no/terraformrc' });
  expect(byName['terraform settings']).toMatchObject({ state: 'warning' });
});

test('a state folder whose path is too long for a socket is missing, with the way out', async () => {
  const { byName } = await findings({ KILN_HOME: join(folder(), 'x'.repeat(120)) });
  expect(byName['state folder']).toMatchObject({
    state: 'missing',
    found: expect.stringContaining('too long for a unix socket'),
    remedy: 'Set KILN_HOME to a shorter path.',
  });
});

test('where QEMU is, doctor says how guests run', async () => {
  const qemu = await tryFindExecutable('qemu-system-x86_64');
  if (!qemu) {
    if (process.env.CI === 'true') throw new Error('QEMU is not installed');
    process.stderr.write('skipped: QEMU is not installed\n');
    return;
  }
  await symlink(qemu, join(folder(), 'qemu-system-x86_64'));
  const { byName } = await findings({ PATH: folder() });
  expect(byName.qemu.state).toBe('ok');
  expect(byName.acceleration.found).toMatch(/^(kvm|hvf|none, guests are emulated): /);
  expect(byName['local runtime'].found).toBe('not running; a deploy starts it');
});

test('people get a line for each, with the remedy below', async () => {
  const context = contextIn(folder(), { PATH: folder() });
  await doctor({}, context);
  expect(context.host.outText).toMatch(/^✓ node +\d+\./);
  expect(context.host.outText).toMatch(/^✗ terraform +neither .*\n +Install OpenTofu/m);
  expect(context.host.outText).toMatch(/\nMissing: .*terraform.*\.\n$/);
});

test('an old Node is missing, and so is a provider that is not built', () => {
  expect(checkNode('18.20.0')).toMatchObject({
    state: 'missing',
    found: expect.stringContaining('18.20.0, and Kiln needs 20.'),
  });
  expect(checkNode('22.1.0').state).toBe('ok');
  expect(checkProvider('/no/file')).toMatchObject({
    state: 'missing',
    remedy: expect.stringContaining('make build'),
  });
});
