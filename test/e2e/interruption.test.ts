import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryHome } from '../helpers/home';
import { childrenOf, goneFrom, Project, printed } from './project';

jest.setTimeout(90_000);

// Before the hook of `temporaryHome`, which looks whether anything is left.
afterAll(async () => {
  await project.kiln('destroy --yes');
  await goneFrom(home);
  project.remove();
});

const { home } = temporaryHome();
const project = new Project(home);
let version = 1;
/** What the endpoint answered before the last deploy. */
let before = '';

beforeAll(async () => {
  expect(await project.kiln('deploy --yes', env())).toMatchObject({ exitCode: 0 });
});

function env(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { VERSION: String(version), ...more };
}

/** A deploy of the next version, which is all healthy and watched for long, when this resolves. */
async function deployUnderWay() {
  version++;
  before = /version=\S+/.exec(await project.answer())?.[0] as string;
  const deploy = project.start('deploy --yes', env({ BAKE: '60' }));
  await printed(deploy.child, /watching for 1 min/);
  return deploy;
}

/** As a terminal does it: the whole group that runs in the foreground gets the signal. */
function pressCtrlC({ pid }: ChildProcess): void {
  process.kill(-(pid as number), 'SIGINT');
}

/** The old version serves, nothing is left of what was stopped, and the same deploy again does it. */
async function expectTheNextDeployFinishes(): Promise<void> {
  const old = await project.settled();
  expect(await project.answer()).toContain(before);
  expect(new Set(readdirSync(join(home, 'instances')))).toEqual(
    new Set(old.instances.map(({ name }) => name)),
  );
  await expectTheDeployFinishes();
}

async function expectTheDeployFinishes(): Promise<void> {
  expect(readdirSync(project.temporary)).toEqual([]);
  expect(await project.kiln('deploy --yes', env())).toMatchObject({ exitCode: 0 });
  expect(await project.answer()).toContain(`version=${version}`);
  expect(project.guests()).toHaveLength(2);
  expect(readdirSync(project.folder).filter((name) => name.includes('.lock.info'))).toEqual([]);
}

test('Ctrl-C goes back, says so, and ends with 130', async () => {
  const { child, ended } = await deployUnderWay();
  pressCtrlC(child);

  const { exitCode, output } = await ended;

  expect(exitCode).toBe(130);
  expect(output).toContain('stopping: going back to the old version; press again to leave at once');
  expect(output).toContain(
    "error: stopped before the end: the deploy of 'e2e-web' was cancelled; the old version serves as before",
  );
  // Not later, and not by itself: it had gone back when the command ended.
  expect(await project.status()).toMatchObject({ phase: 'ready' });
  await expectTheNextDeployFinishes();
});

test('Ctrl-C twice leaves at once, and the runtime goes back by itself', async () => {
  const { child, ended } = await deployUnderWay();
  const terraform = childrenOf(child.pid ?? 0, 'terraform');
  const providers = terraform.flatMap((pid) => childrenOf(pid, 'node'));
  pressCtrlC(child);
  await printed(child, /press again to leave at once/);
  pressCtrlC(child);

  const { exitCode, output } = await ended;

  expect(exitCode).toBe(130);
  expect(output).toContain('error: left in the middle: what was complete is recorded');
  expect(output).toContain('`kiln deploy e2e` finishes the job');
  expect([terraform, providers]).toEqual([[expect.any(Number)], [expect.any(Number)]]);
  expect([...terraform, ...providers].filter(isRunning)).toEqual([]);
  await expectTheNextDeployFinishes();
});

test('kill -9 of Terraform leaves the old version to serve, and no orphan', async () => {
  const { child, ended } = await deployUnderWay();
  const [terraform] = childrenOf(child.pid ?? 0, 'terraform');
  const providers = childrenOf(terraform ?? 0, 'node');
  process.kill(terraform ?? 0, 'SIGKILL');

  expect(await ended).toMatchObject({
    exitCode: 1,
    output: expect.stringContaining(
      'error: terraform was ended by SIGKILL in the middle of its work; a rollout',
    ),
  });

  await project.settled();
  expect(providers.filter(isRunning)).toEqual([]);
  await expectTheNextDeployFinishes();
});

test('kill -9 of the provider is said to be that, and the next deploy takes up what it left', async () => {
  const { child, ended } = await deployUnderWay();
  const [terraform] = childrenOf(child.pid ?? 0, 'terraform');
  const [provider] = childrenOf(terraform ?? 0, 'node');
  process.kill(provider ?? 0, 'SIGKILL');

  const { exitCode, output } = await ended;

  expect(exitCode).toBe(1);
  expect(output).toMatch(/error: the provider's process ended in the middle of its work/);
  expect(output).toContain('remedy: `kiln status` shows what runs; `kiln deploy e2e` finishes the job.');
  await expectTheDeployFinishes();
});

test('kill -9 of the provider that nobody follows up goes back by itself', async () => {
  const { child, ended } = await deployUnderWay();
  const [terraform] = childrenOf(child.pid ?? 0, 'terraform');
  const [provider] = childrenOf(terraform ?? 0, 'node');
  process.kill(provider ?? 0, 'SIGKILL');
  expect((await ended).exitCode).toBe(1);

  await project.settled();

  await expectTheNextDeployFinishes();
});

test('refuses a second deploy, and a diff, while one runs, and names who holds the lock', async () => {
  const first = await deployUnderWay();

  const others = await Promise.all([
    project.kiln('diff', env()),
    project.kiln('deploy --yes', env({ VERSION: 'x' })),
  ]);

  for (const { exitCode, output } of others) {
    expect(exitCode).toBe(1);
    expect(output).toMatch(
      /error: the stack 'e2e' is locked: \S+@\S+ is deploying or destroying it since 20\d\d-/,
    );
    expect(output).toContain('remedy: Wait until that has ended and try again.');
  }
  pressCtrlC(first.child);
  expect((await first.ended).exitCode).toBe(130);
  await expectTheNextDeployFinishes();
});

test('of two deploys that start at once one does it, and the other does nothing or says that it is locked', async () => {
  version++;

  const both = await Promise.all([project.kiln('deploy --yes', env()), project.kiln('deploy --yes', env())]);

  expect(both.map(({ exitCode }) => exitCode)).toContain(0);
  for (const { exitCode, output } of both) {
    if (exitCode !== 0) expect(output).toMatch(/is locked|is stale/);
  }
  await expectTheDeployFinishes();
});

test('Ctrl-C during a first deploy leaves nothing at all', async () => {
  await project.kiln('destroy --yes', env());
  version++;
  const { child, ended } = project.start('deploy --yes', env({ BAKE: '60' }));
  await printed(child, /watching for 1 min/);
  pressCtrlC(child);

  expect(await ended).toMatchObject({
    exitCode: 130,
    output: expect.stringContaining("the deploy of 'e2e-web' was cancelled; nothing was created"),
  });

  expect(project.guests()).toEqual([]);
  await expectTheDeployFinishes();
});

function isRunning(pid: number): boolean {
  try {
    // A zombie is no longer running: it waits for its parent.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
