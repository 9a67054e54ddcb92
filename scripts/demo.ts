// `make demo`: the main job on one machine. Three unikernels are deployed, rolled to a new version under load, kept
// from a version that never becomes healthy, and removed. Every step is the command a user would type.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SteadyLoad } from './demo/load';
import { bad, good, processesOf, type Run, say, show, table, title } from './demo/stage';

const root = join(__dirname, '..');
const kiln = join(root, 'dist/bin/kiln.js');
const project = join(root, 'examples/hello');
const home = mkdtempSync(join(tmpdir(), 'kiln-demo-'));
const checks: { readonly what: string; readonly met: boolean }[] = [];

function check(what: string, met: boolean): void {
  checks.push({ what, met });
  if (!met) say(bad(`✗ expected: ${what}`));
}

/** Runs `kiln` in the example's folder. `settings` are what changes between versions. */
function run(words: string, settings: Record<string, string> = {}): Promise<Run> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...settings, KILN_HOME: home };
  delete env.TF_CLI_CONFIG_FILE;
  delete env.NODE_EXTRA_CA_CERTS;
  const prefix = Object.entries(settings).map(([name, value]) => `${name}=${value} `);
  return show([process.execPath, kiln, ...words.split(' ')], {
    cwd: project,
    env,
    shown: `${prefix.join('')}kiln ${words}`,
  });
}

function endpointIn(output: string): string {
  const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0];
  if (!endpoint) throw new Error('the deploy named no endpoint');
  return endpoint;
}

async function steadily(endpoint: string): Promise<SteadyLoad> {
  const load = new SteadyLoad(endpoint, { clients: 8, pauseMs: 20 });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  return load;
}

function answers(load: SteadyLoad): string {
  const { byVersion, sent, failed } = load.report();
  const shares = [...byVersion].map(([version, count]) => `${count} by version ${version}`);
  return `${sent} requests so far, ${failed} failed; answered: ${shares.join(', ')}`;
}

async function demo(): Promise<void> {
  title('Version 1: three unikernels, each a QEMU guest that boots from its own forged disk');
  const first = await run('deploy --yes', { HELLO_VERSION: '1' });
  check('version 1 is deployed', first.exitCode === 0);
  const endpoint = endpointIn(first.output);

  title('Version 2: a rolling update under steady load');
  const load = await steadily(endpoint);
  try {
    const second = await run('deploy --yes', { HELLO_VERSION: '2' });
    check('version 2 is deployed', second.exitCode === 0);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    say(answers(load));

    title('Version 3 never becomes healthy: it goes back by itself, and shows why');
    const third = await run('deploy --yes', { HELLO_VERSION: '3', HELLO_FAULT: '--never-healthy' });
    check('version 3 is refused with a failing exit code', third.exitCode === 1);
    check("the failed instance's console is shown", third.output.includes('--never-healthy'));
    say(answers(load));

    title('Version 2 again: nothing has changed, so nothing is uploaded and nothing is touched');
    const again = await run('deploy --yes', { HELLO_VERSION: '2' });
    check('a deploy without changes does nothing', again.exitCode === 0 && /no changes/i.test(again.output));
    await run('status', { HELLO_VERSION: '2' });

    const total = await load.stop();
    check('no request failed', total.failed === 0);
    check(
      'versions 1 and 2 answered, version 3 never did',
      [...total.byVersion.keys()].sort().join() === '1,2',
    );

    title('And away');
    const destroyed = await run('destroy --yes', { HELLO_VERSION: '2' });
    check('everything is destroyed', destroyed.exitCode === 0);
    const left = await whatIsLeft();
    check('nothing is left running', left.length === 0);

    title('What happened');
    const seconds = (step: Run) => `${step.seconds.toFixed(1)} s`;
    table([
      ['requests sent', String(total.sent)],
      ['requests failed', total.failed === 0 ? good('0') : bad(String(total.failed))],
      ['longest wait for an answer', `${Math.round(total.slowestMs)} ms`],
      ['deploy version 1, three instances', seconds(first)],
      ['roll to version 2', seconds(second)],
      ['detect that version 3 is bad and go back', seconds(third)],
      ['deploy with no change', seconds(again)],
      ['destroy', seconds(destroyed)],
      ['left running', left.length === 0 ? good('nothing') : bad(left.join('; '))],
    ]);
    for (const [failure, count] of total.failures) say(bad(`  ${count} × ${failure}`));
  } finally {
    await load.stop();
  }
}

/** Daemon and balancer end shortly after the last service. */
async function whatIsLeft(): Promise<string[]> {
  if (!existsSync('/proc')) return [];
  for (let tries = 0; tries < 50 && processesOf(home).length > 0; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const files = ['instances', 'services'].flatMap((folder) =>
    existsSync(join(home, folder)) ? readdirSync(join(home, folder)) : [],
  );
  return [...processesOf(home), ...files];
}

async function main(): Promise<number> {
  try {
    await demo();
  } catch (error) {
    check(error instanceof Error ? error.message : String(error), false);
    await run('destroy --yes').catch(() => undefined);
  } finally {
    for (const line of processesOf(home)) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
  const unmet = checks.filter(({ met }) => !met);
  say(
    unmet.length === 0
      ? `\n${good('✓ all as it should be')}`
      : bad(`\n✗ not met: ${unmet.map(({ what }) => what).join('; ')}`),
  );
  return unmet.length === 0 ? 0 : 1;
}

main().then((code) => {
  process.exitCode = code;
});
