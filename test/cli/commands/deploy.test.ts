import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deploy } from '../../../lib/cli/commands/deploy';
import { destroy } from '../../../lib/cli/commands/destroy';
import { diff } from '../../../lib/cli/commands/diff';
import { planOf, serviceChange, WEB, WEB_2 } from '../../plan/fixtures';
import {
  contextIn,
  fakeTerraform,
  plainApp,
  type TestContext,
  temporaryFolder,
  writeProject,
} from '../fixtures';

const folder = temporaryFolder();

const PLAN = planOf(serviceChange(WEB, WEB_2));
const STATE = JSON.stringify({
  values: {
    outputs: { note: { value: 'hello' }, web_endpoint: { value: 'http://127.0.0.1:20000' } },
    root_module: {
      resources: [
        {
          address: 'kiln_local_service.web',
          type: 'kiln_local_service',
          values: { name: 'shop-web', endpoint: 'http://127.0.0.1:20000', instance_names: ['shop-web-1-0'] },
        },
      ],
    },
  },
});

/** A project whose Terraform plans a roll, and does on `apply` what it is told to. */
async function project(on: Record<string, string>, env: NodeJS.ProcessEnv = {}): Promise<TestContext> {
  await writeProject(folder(), plainApp({ shop: { terraform: {} } }));
  const show = `process.stdout.write(args[2] ? ${JSON.stringify(PLAN)} : ${JSON.stringify(STATE)})`;
  const KILN_TERRAFORM = await fakeTerraform(folder(), { show, ...on });
  return contextIn(folder(), { KILN_TERRAFORM, ...env });
}

const calls = async () => (await readFile(join(folder(), 'calls'), 'utf8')).trim().split('\n');

/** Sends events as the provider does, then goes on. */
const SENDS = `
  const socket = require('node:net').connect(process.env.KILN_PROGRESS);
  const send = (kind, message) =>
    socket.write(JSON.stringify({ at: '', service: 'shop-web', kind, instance: null, message }) + '\\n');
`;

test('diff shows the review and changes nothing', async () => {
  const context = await project({});
  expect(await diff({}, context)).toBe(0);
  expect(context.host.outText).toContain('~ shop-web  rolls to new instances, in 3 batches');
  expect((await calls()).map((call) => call.split(' ')[0])).toEqual(['version', 'init', 'plan', 'show']);
});

test('diff --exit-code says by its exit code that there are changes', async () => {
  const context = await project({});
  expect(await diff({ exitCode: true }, context)).toBe(3);
});

test('diff --json gives the review to a program', async () => {
  const context = await project({});
  await diff({ json: true }, context);
  expect(JSON.parse(context.host.outText)).toMatchObject({
    stack: 'shop',
    hasChanges: true,
    services: [
      { name: 'shop-web', action: 'roll', because: [{ path: 'image.digest' }, { path: 'image.boot_args' }] },
    ],
  });
});

test('deploy applies the plan that was shown, tells how it goes, and ends with the endpoints', async () => {
  const context = await project({
    apply: `${SENDS} send('batch-started', 'batch 1 of 4: start shop-web-2-0'); socket.end()`,
  });
  expect(await deploy({ yes: true }, context)).toBe(0);
  expect(context.host.errText).toContain('~ shop-web  rolls to new instances');
  expect(context.host.errText).toContain('shop-web  ▸ batch 1 of 4: start shop-web-2-0\n');
  expect(context.host.errText).toMatch(/✓ shop deployed in \d+\.\d s/);
  expect(context.host.outText).toBe('  shop-web  http://127.0.0.1:20000\n  note      hello\n');
  const [plan] = (await calls()).filter((call) => call.startsWith('plan'));
  const file = /-out=(\S+)/.exec(plan as string)?.[1] as string;
  expect((await calls()).filter((call) => call.startsWith('apply'))).toEqual([
    `apply -input=false -json ${file}`,
  ]);
  expect(existsSync(file)).toBe(false);
});

test('the plan, which holds secrets, is readable by its owner only', async () => {
  const plan =
    "require('node:fs').statSync(args.find((one) => one.startsWith('-out=')).slice(5)).mode & 0o077 && process.exit(9)";
  expect(await diff({}, await project({ plan }))).toBe(0);
});

test('deploy --json gives the result to a program, and progress to people', async () => {
  const context = await project({ apply: '' });
  await deploy({ yes: true, json: true }, context);
  expect(JSON.parse(context.host.outText)).toMatchObject({
    stack: 'shop',
    outcome: 'deployed',
    services: [
      { name: 'shop-web', endpoint: 'http://127.0.0.1:20000', instances: ['shop-web-1-0'], group: null },
    ],
  });
});

test('a no leaves everything as it is', async () => {
  const context = await project({});
  const asked: TestContext = { ...context, host: contextIn(folder(), {}, { answers: ['n'] }).host };
  expect(await deploy({}, asked)).toBe(1);
  expect(asked.host.errText).toContain('Deploy shop? [y/N] Nothing was changed.');
  expect((await calls()).some((call) => call.startsWith('apply'))).toBe(false);
});

test('without changes nothing is applied', async () => {
  const context = await project({
    show: `process.stdout.write(args[2] ? ${JSON.stringify(planOf())} : ${JSON.stringify(STATE)})`,
  });
  expect(await deploy({ yes: true }, context)).toBe(0);
  expect(context.host.errText).toBe('✓ shop: no changes. What runs is what the code says.\n');
  expect(context.host.outText).toContain('http://127.0.0.1:20000');
});

test('refuses with what the provider said, console and all', async () => {
  const context = await project({
    apply:
      "fail('shop-web went back', 'GET /healthz answered 503\\n\\nconsole of x:\\n  oh no'); process.exitCode = 1",
  });
  await expect(deploy({ yes: true }, context)).rejects.toMatchObject({
    code: 'terraform.apply-failed',
    message: 'shop-web went back',
    detail: 'GET /healthz answered 503\n\nconsole of x:\n  oh no',
  });
});

test('refuses while another deploy holds the state', async () => {
  const plan =
    "fail('Error acquiring the state lock', 'Lock Info:\\n  Who:       me@host\\n'); process.exitCode = 1";
  await expect(diff({}, await project({ plan }))).rejects.toMatchObject({
    code: 'terraform.locked',
    message: "the stack 'shop' is locked: me@host works on it",
  });
});

test('warnings of Terraform are shown once', async () => {
  const warn =
    "say({ type: 'diagnostic', diagnostic: { severity: 'warning', summary: 'old', detail: 'use new' } })";
  const context = await project({ plan: `${warn}; ${warn}`, apply: '' });
  await deploy({ yes: true }, context);
  expect(context.host.errText.match(/warning: old\n {2}use new/g)).toHaveLength(1);
});

test('one interrupt reaches Terraform once, and is answered with what it sets off', async () => {
  const context = await project({
    apply: `${SENDS}
      let count = 0;
      process.on('SIGINT', () => {
        count += 1;
        setTimeout(() => { fail('execution halted', ''); fail('cancelled', 'signals: ' + count); process.exit(1) }, 200);
      });
      send('notice', 'ready'); setInterval(() => {}, 1000)`,
  });
  interruptAt(context, 'ready', 1);
  await expect(deploy({ yes: true }, context)).rejects.toMatchObject({
    code: 'cli.interrupted',
    message: 'stopped before the end: cancelled',
    detail: 'signals: 1',
  });
  expect(context.host.errText).toContain(
    'stopping: going back to the old version; press again to leave at once',
  );
});

test('a second interrupt ends Terraform and its providers at once, and says how things are', async () => {
  const context = await project({
    apply: `${SENDS} process.on('SIGINT', () => {}); send('notice', 'ready'); setInterval(() => {}, 1000)`,
  });
  interruptAt(context, 'ready', 2);
  await expect(deploy({ yes: true }, context)).rejects.toMatchObject({
    code: 'cli.interrupted',
    message: expect.stringMatching(/^left in the middle/),
    remedy: '`kiln status` shows what runs; `kiln deploy shop` finishes the job.',
  });
});

test('an interrupt before the apply changes nothing and leaves no plan behind', async () => {
  const context = await project({ plan: 'setInterval(() => {}, 1000)' });
  context.host.err.line('');
  // A folder of its own: other tests deploy at the same time.
  const [usual, own] = [process.env.TMPDIR, mkdtempSync(join(tmpdir(), 'kiln-test-'))];
  process.env.TMPDIR = own;
  try {
    const deployed = deploy({ yes: true }, context);
    await expect(
      Promise.all([deployed, untilCalled('plan').then(() => context.interrupts.notify())]),
    ).rejects.toMatchObject({
      code: 'cli.interrupted',
    });
    expect(readdirSync(own)).toEqual([]);
  } finally {
    if (usual === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = usual;
    rmSync(own, { recursive: true });
  }
});

test('destroy plans the removal and carries it out', async () => {
  const show = `process.stdout.write(${JSON.stringify(planOf(serviceChange(WEB, null)))})`;
  const context = await project({ show, apply: '' });
  expect(await destroy({ yes: true }, context)).toBe(0);
  expect(context.host.errText).toContain('- shop-web  is removed with 3 instances');
  expect(context.host.errText).toMatch(/✓ shop removed in \d+\.\d s/);
  expect((await calls()).find((call) => call.startsWith('plan'))).toMatch(/ -destroy$/);
});

test('destroy of nothing says so', async () => {
  const context = await project({ show: `process.stdout.write(${JSON.stringify(planOf())})` });
  expect(await destroy({ yes: true }, context)).toBe(0);
  expect(context.host.errText).toBe('✓ shop: no changes. There is nothing to remove.\n');
});

test('refuses a Terraform that is not there before the app is run', async () => {
  const context = await project({}, { KILN_TERRAFORM: '/no/terraform' });
  await rm(join(folder(), 'app.js'));
  await expect(diff({}, context)).rejects.toMatchObject({ code: 'terraform.missing' });
});

/** Presses Ctrl-C so many times when a text is shown. */
function interruptAt(context: TestContext, text: string, times: number): void {
  const { line } = context.host.err;
  context.host.err.line = (shown) => {
    line(shown);
    if (shown?.includes(text)) for (let press = 0; press < times; press++) context.interrupts.notify();
  };
}

async function untilCalled(command: string): Promise<void> {
  for (;;) {
    const made = await calls().catch(() => []);
    if (made.some((call) => call.startsWith(command))) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
