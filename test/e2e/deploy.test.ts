import { mkdtempSync, rmSync } from 'node:fs';
import { temporaryHome } from '../helpers/home';
import { goneFrom, Project } from './project';

jest.setTimeout(90_000);

// Before the hook of `temporaryHome`, which looks whether anything is left.
afterAll(async () => {
  await project.kiln('destroy --yes');
  await goneFrom(home);
  project.remove();
});

const { home } = temporaryHome();
const project = new Project(home);

test('a deploy makes instances that answer, and a second one finds nothing to do', async () => {
  expect(await project.kiln('deploy --yes')).toMatchObject({ exitCode: 0 });
  expect(await project.answer()).toContain('version=1');
  const again = await project.kiln('deploy --yes');
  expect(again).toMatchObject({ exitCode: 0, output: expect.stringContaining('no changes') });
});

test("refuses a kernel that is missing, at the user's own line", async () => {
  const { exitCode, output } = await project.kiln('deploy --yes', { KERNEL: 'build/nope.elf' });
  expect(exitCode).toBe(1);
  expect(output).toContain(`error: there is no image at '${project.folder}/build/nope.elf'`);
  expect(output).toMatch(/│ main\.js:\d+:1\n.*\n.*│ \d+ {2}new UnikernelService\(stack, 'web', \{\n/);
  expect(output).toContain('remedy: Build it first');
});

test('the review names the instances that go and come, and the deploy makes exactly those', async () => {
  const before = (await project.status()).instances.map(({ name }) => name);
  const { exitCode, output } = await project.kiln('deploy --yes', { VERSION: '2' });
  expect(exitCode).toBe(0);
  const after = (await project.status()).instances.map(({ name }) => name);
  expect(after.filter((name) => before.includes(name))).toEqual([]);
  for (const name of after) expect(output).toContain(`+ ${name}`);
  for (const name of before) expect(output).toContain(`- ${name}`);
  expect(await project.answer()).toContain('version=2');
});

test('a version that crashes goes back, and its console is in the error', async () => {
  const env = { VERSION: '3', FAULT: '--crash-after=0' };
  const { exitCode, output } = await project.kiln('deploy --yes', env);
  expect(exitCode).toBe(1);
  expect(output).toContain('the old version serves as before');
  expect(output).toContain('panic');
  expect(await project.answer()).toContain('version=2');
});

test('refuses to forget a service that was made in another state folder', async () => {
  const other = mkdtempSync('/tmp/kiln-');
  const { exitCode, output } = await project.kiln('deploy --yes', { VERSION: '6', KILN_HOME: other });
  expect(exitCode).toBe(1);
  expect(output.replace(/\s+/g, ' ')).toContain(`was made in the state folder '${home}'`);
  await goneFrom(other);
  rmSync(other, { recursive: true });
});

test('a destroy leaves no instance, and the runtime ends by itself', async () => {
  expect(await project.kiln('destroy --yes')).toMatchObject({ exitCode: 0 });
  expect(project.guests()).toEqual([]);
  await goneFrom(home);
});
