// What Kiln's watching adds to an instance refresh, by how often it looks: `npx tsx bench/aws-rollout.ts`. A fake of AWS answers
// each call after 50 ms; three instances boot for 2 s, are warm after 3.4 s and drain for 1 s, one after the other. All runs go at
// once, each with a fake of its own: they mostly wait.
import { setTimeout as sleep } from 'node:timers/promises';
import { type AwsSession, openAwsSession, type RolloutRequest, rollOut } from '../lib/clouds/aws';
import type { UpdatePolicySpec } from '../lib/spec';
import { type AwsFake, startAwsFake } from '../test/helpers/aws-fake';
import { AUTOSCALING_ACTIONS, EC2_ACTIONS, ELB_ACTIONS } from '../test/helpers/aws-fake/settings';
import { cleanEnvironment, figure, median, report } from './measure';

const CALL_MS = 50;
const BOOT_MS = 2_000;
const HEALTH_TIMEOUT_MS = 4_000;
const POLLS_MS = [10_000, 5_000, 2_000, 1_000, 500];
const ROUNDS = 3;

/** ms; of a rollout that succeeds, and of one whose first instance never gets healthy. */
interface Sample {
  readonly engine: number;
  /** From the call to the start of the refresh. */
  readonly before: number;
  /** From the end of the refresh to the answer. */
  readonly after: number;
  readonly calls: number;
  /** From the end of the instance's time to the order to go back. */
  readonly late: number;
}

interface World {
  readonly fake: AwsFake;
  readonly session: AwsSession;
  readonly request: RolloutRequest;
}

const UPDATE: UpdatePolicySpec = {
  strategy: 'rolling',
  maxSurge: '1',
  maxUnavailable: '0',
  bakeMs: 0,
  healthTimeoutMs: HEALTH_TIMEOUT_MS,
  steps: [],
  rollback: true,
};

async function worldWith(rolloutPollMs: number): Promise<World> {
  const actions = [...AUTOSCALING_ACTIONS, ...EC2_ACTIONS, ...ELB_ACTIONS];
  const latencyMs = Object.fromEntries(actions.map((action) => [action, CALL_MS]));
  const fake = await startAwsFake({ pace: 20, secondMs: 100, latencyMs });
  const endpoints = { ec2: fake.url, ebs: fake.url, autoscaling: fake.url, elbv2: fake.url };
  const session = await openAwsSession({ region: fake.region, endpoints, timing: { rolloutPollMs } });
  const { id } = fake.createLaunchTemplate();
  fake.addTemplateVersion(id, { imageId: 'ami-2' });
  const targets = fake.createTargetGroup({ drainSeconds: 10 });
  fake.createGroup({
    name: 'shop-web',
    launchTemplate: { id },
    min: 3,
    max: 3,
    targetGroupArns: [targets],
    graceSeconds: 10_000,
  });
  fake.step(200);
  fake.behave(() => ({ healthyAfterMs: BOOT_MS }));
  const groups = [{ name: 'shop-web', targetGroupArns: [targets] }];
  return {
    fake,
    session,
    request: { service: 'shop-web', groups, launchTemplate: { id, version: 2 }, update: UPDATE, alarms: [] },
  };
}

async function stop({ fake, session }: World): Promise<void> {
  session.close();
  await fake.stop();
}

/** When the latest refresh came to a state, by this process' clock. */
async function reached({ fake }: World, is: (status: string | undefined) => boolean): Promise<number> {
  while (!is(fake.refreshes('shop-web')[0]?.status)) await sleep(5);
  return performance.now();
}

async function succeed(pollMs: number): Promise<Omit<Sample, 'late'>> {
  const world = await worldWith(pollMs);
  const begun = performance.now();
  const started = reached(world, (status) => status !== undefined);
  const ended = reached(world, (status) => status === 'Successful');
  await rollOut(world.request, world.session);
  const done = performance.now();
  const [start, end] = await Promise.all([started, ended]);
  const calls = world.fake.calls.length;
  await stop(world);
  return { engine: end - start, before: start - begun, after: done - end, calls };
}

async function fail(pollMs: number): Promise<number> {
  const world = await worldWith(pollMs);
  let launchedAt = 0;
  world.fake.behave(({ version }) => {
    if (version === 2 && launchedAt === 0) launchedAt = performance.now();
    return version === 2 ? { healthyAfterMs: 'never', console: 'panic\n' } : {};
  });
  const told = reached(world, (status) => status?.startsWith('Rollback') === true);
  await rollOut(world.request, world.session).catch(() => undefined);
  const late = (await told) - launchedAt - HEALTH_TIMEOUT_MS;
  await stop(world);
  return late;
}

async function main(): Promise<void> {
  cleanEnvironment();
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: 'AKIAKILNBENCH',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  const rows = await Promise.all(
    POLLS_MS.map(async (pollMs) => {
      const runs = Array.from({ length: ROUNDS }, async (_, round) => {
        // Not all in step: where in the interval a refresh ends is chance.
        await sleep((pollMs * round) / ROUNDS);
        const [sample, late] = await Promise.all([succeed(pollMs), fail(pollMs)]);
        return { ...sample, late };
      });
      const samples = await Promise.all(runs);
      const of = (key: keyof Sample) => median(samples.map((one) => one[key]));
      const seconds = (key: keyof Sample) => figure(of(key) / 1000);
      const perMinute = (60_000 * of('calls')) / (of('engine') + of('before') + of('after'));
      return [
        `${pollMs / 1000} s`,
        seconds('engine'),
        seconds('before'),
        seconds('after'),
        figure(of('calls')),
        figure(perMinute),
        seconds('late'),
      ];
    }),
  );
  report(
    `Rolling three instances over, median of ${ROUNDS}, s`,
    ['looks every', 'engine', 'before', 'after', 'calls', 'a minute', 'late'],
    rows,
  );
}

void main();
