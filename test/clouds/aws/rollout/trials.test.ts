import type { SeenInstance, SeenPhase } from '../../../../lib/clouds/aws/rollout/observe';
import type { ScalingActivity } from '../../../../lib/clouds/aws/rollout/read-activities';
import { Trials } from '../../../../lib/clouds/aws/rollout/trials';

const TIMEOUT = 60_000;
const START = Date.UTC(2026, 10, 23, 15);

function seen(id: string, phase: SeenPhase, changes: Partial<SeenInstance> = {}): SeenInstance {
  return {
    id,
    version: 2,
    phase,
    launchedAt: START,
    group: {
      id,
      template: undefined,
      lifecycle: 'InService',
      isHealthy: phase !== 'failed',
      instanceType: 't3.micro',
      zone: 'eu-central-1a',
    },
    machine: { id, state: 'running', reason: undefined, launchedAt: START, imageId: 'ami-1' },
    targets: phase === 'unhealthy' ? [UNHEALTHY] : [],
    ...changes,
  };
}

const UNHEALTHY = {
  targetGroupArn:
    'arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop-web/0123456789abcdef',
  port: 8080,
  state: 'unhealthy',
  reason: 'Target.Timeout',
  description: 'Request timed out',
};

function ended(id: string, reason: string): Partial<SeenInstance> {
  return { machine: { id, state: 'stopped', reason, launchedAt: START, imageId: 'ami-1' } };
}

function terminating(id: string, cause: string): ScalingActivity {
  const description = `Terminating EC2 instance: ${id}`;
  const why = `At 2026-11-23T15:00:00Z an instance was taken out of service in response to ${cause}.`;
  return {
    id: `end-${id}`,
    description,
    cause: why,
    status: 'Successful',
    message: undefined,
    startedAt: START,
    endedAt: START,
  };
}

function trials(): Trials {
  return new Trials({ version: 2, healthTimeoutMs: TIMEOUT, begunAt: START, watchedSince: START });
}

test('an instance has its whole time from its launch, and no more', () => {
  const judge = trials();
  expect(judge.judge({ instances: [] }, [], START)).toBeUndefined();
  const one = [seen('i-1', 'starting', { launchedAt: START + 1000 })];
  expect(judge.judge({ instances: one }, [], START + 3000)).toBeUndefined();
  expect(judge.nextDeadline()).toBe(START + 1000 + TIMEOUT);
  expect(judge.share('i-1', START + 31_000)).toBe(0.5);
  expect(judge.judge({ instances: one }, [], START + 999 + TIMEOUT)).toBeUndefined();
  expect(judge.judge({ instances: one }, [], START + 1000 + TIMEOUT)).toMatchObject({
    kind: 'health-timeout',
    instances: one,
    reason: 'not healthy within 1 min (no target group has it yet)',
  });
});

test('no clock that runs apart takes time from an instance that was not there at the last look', () => {
  const judge = trials();
  judge.judge({ instances: [] }, [], START + 10_000);
  judge.judge({ instances: [seen('i-1', 'starting', { launchedAt: START - 500_000 })] }, [], START + 15_000);
  expect(judge.nextDeadline()).toBe(START + 10_000 + TIMEOUT);
});

test('one that was there before the watching began has its whole time from then', () => {
  const judge = trials();
  judge.judge({ instances: [seen('i-1', 'starting', { launchedAt: START - 50_000 })] }, [], START + 20);
  expect(judge.nextDeadline()).toBe(START + TIMEOUT);
});

test('failing checks before an instance was healthy are part of its boot', () => {
  const judge = trials();
  expect(judge.judge({ instances: [seen('i-1', 'unhealthy')] }, [], START)).toBeUndefined();
});

test('refuses one that was healthy and fails its checks', () => {
  const judge = trials();
  judge.judge({ instances: [seen('i-1', 'healthy')] }, [], START);
  expect(judge.judge({ instances: [seen('i-1', 'unhealthy')] }, [], START + 10)).toMatchObject({
    kind: 'became-unhealthy',
    reason:
      'it was healthy and is no more (target group shop-web, port 8080: unhealthy, Target.Timeout: Request timed out)',
  });
});

test('one that its balancer lost sight of has its time anew', () => {
  const judge = trials();
  judge.judge({ instances: [seen('i-1', 'healthy')] }, [], START);
  expect(judge.judge({ instances: [seen('i-1', 'starting')] }, [], START + TIMEOUT)).toBeUndefined();
  expect(judge.nextDeadline()).toBe(START + 2 * TIMEOUT);
});

test('refuses one whose machine ended by itself', () => {
  const gone = seen(
    'i-1',
    'failed',
    ended('i-1', 'Client.InstanceInitiatedShutdown: Instance initiated shutdown'),
  );
  expect(trials().judge({ instances: [gone] }, [], START)).toMatchObject({
    kind: 'crashed',
    reason: 'it ended: its machine is stopped: Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  });
});

test('refuses one that its group gave up, with what the balancer said of it last', () => {
  const judge = trials();
  judge.judge({ instances: [seen('i-1', 'unhealthy')] }, [], START);
  const gone = seen('i-1', 'failed', ended('i-1', 'Client.UserInitiatedShutdown: User initiated shutdown'));
  const activities = [terminating('i-1', 'an ELB system health check failure')];
  expect(judge.judge({ instances: [gone] }, activities, START + 10)).toMatchObject({
    kind: 'crashed',
    instances: [{ phase: 'unhealthy' }],
    reason:
      'its group gave it up after an ELB system health check failure (target group shop-web, port 8080: unhealthy, Target.Timeout: Request timed out)',
  });
});

test('refuses one that came and went between two looks for its health', () => {
  const judge = trials();
  judge.judge({ instances: [seen('i-1', 'starting')] }, [], START);
  const cause = 'an EC2 health check indicating it has been terminated or stopped';
  expect(judge.judge({ instances: [] }, [terminating('i-1', cause)], START + 10)).toMatchObject({
    kind: 'crashed',
    reason:
      'its group gave it up after an EC2 health check indicating it has been terminated or stopped (no target group has it yet)',
  });
});

test('one that left for another reason, as by scaling in, is forgotten', () => {
  const judge = trials();
  judge.judge({ instances: [seen('i-1', 'starting')] }, [], START);
  const cause = 'a difference between desired and actual capacity, shrinking the capacity from 3 to 2';
  expect(judge.judge({ instances: [] }, [terminating('i-1', cause)], START + 10)).toBeUndefined();
  expect(judge.nextDeadline()).toBeUndefined();
});

test('spot capacity that AWS took back says nothing of the version', () => {
  const gone = seen(
    'i-1',
    'failed',
    ended('i-1', 'Server.SpotInstanceTermination: Spot instance termination'),
  );
  expect(trials().judge({ instances: [gone] }, [], START)).toBeUndefined();
});

test('one that served long before and fails now is its group’s business, for a while', () => {
  const judge = trials();
  const old = { launchedAt: START - 3_600_000 };
  expect(judge.judge({ instances: [seen('i-1', 'failed', old)] }, [], START)).toBeUndefined();
  expect(judge.judge({ instances: [seen('i-1', 'failed', old)] }, [], START + TIMEOUT)).toMatchObject({
    kind: 'health-timeout',
  });
});

test('instances of other versions are not on trial', () => {
  const other = seen('i-1', 'failed', { version: 1 });
  expect(trials().judge({ instances: [other] }, [], START + 10 * TIMEOUT)).toBeUndefined();
});
