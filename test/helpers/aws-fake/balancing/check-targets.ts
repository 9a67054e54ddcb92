import { get } from 'node:http';
import { connect } from 'node:net';
import type { FakeInstance } from '../fleet/model';
import type { State } from '../state';
import type { FakeTarget, FakeTargetGroup, TargetHealth } from './model';

const HEALTHY: TargetHealth = { state: 'healthy', reason: undefined, description: undefined };
/** A guest that says nothing for so long has failed a check; emulated on a busy machine, it may need seconds for an answer. */
const PATIENCE_MS = 5000;
/** Between two checks of a guest, by the machine's clock: more would keep an emulated one busy. */
const REST_MS = 200;

/** Looks at every target once. */
export function checkTargets(state: State): void {
  for (const group of state.balancing.groups.values()) {
    for (const [key, target] of group.targets) {
      if (target.drainingSince === undefined) {
        target.health = healthOf(state, group, target);
      } else if (state.clock.now - target.drainingSince >= group.drainSeconds * state.world.secondMs) {
        group.targets.delete(key);
      }
    }
  }
}

function healthOf(state: State, group: FakeTargetGroup, target: FakeTarget): TargetHealth {
  if (!state.balancing.inUse(group)) {
    const description = 'Target group is not configured to receive traffic from the load balancer';
    return { state: 'unused', reason: 'Target.NotInUse', description };
  }
  const instance = state.fleet.instances.get(target.id);
  if (!instance || instance.state === 'stopped' || instance.state === 'terminated') {
    const description = `Target is in the ${instance?.state ?? 'terminated'} state`;
    return { state: 'unused', reason: 'Target.InvalidState', description };
  }
  if (target.registeredAt === state.clock.now) return target.health;
  if (answers(state, group, target, instance)) return HEALTHY;
  const { intervalSeconds, unhealthyCount } = group.check;
  const waited = state.clock.now - target.registeredAt;
  if (target.health.state !== 'healthy' && waited < intervalSeconds * unhealthyCount * state.world.secondMs) {
    return {
      state: 'initial',
      reason: 'Elb.InitialHealthChecking',
      description: 'Initial health checks in progress',
    };
  }
  return failure(group, instance);
}

function answers(state: State, group: FakeTargetGroup, target: FakeTarget, instance: FakeInstance): boolean {
  const { behaviour, launchedAt } = instance;
  if (behaviour.guest) return guestAnswers(group, target, instance);
  const { healthyAfterMs = 2 * state.stepMs, sickensAfterMs } = behaviour;
  const age = state.clock.now - launchedAt;
  if (sickensAfterMs !== undefined && age >= sickensAfterMs) return false;
  return healthyAfterMs !== 'never' && age >= healthyAfterMs;
}

/** The outcome of the last real check; asks for the next one. */
function guestAnswers(group: FakeTargetGroup, target: FakeTarget, instance: FakeInstance): boolean {
  const { guest } = instance;
  if (guest && !checking.has(instance)) {
    checking.add(instance);
    const done = (healthy: boolean) => {
      instance.guestHealthy = healthy;
      setTimeout(() => checking.delete(instance), REST_MS).unref();
    };
    const [host = '', port = target.port] = guest.address.split(':');
    if (group.check.protocol.startsWith('HTTP')) askHttp(host, Number(port), group, done);
    else askTcp(host, Number(port), done);
  }
  return instance.guestHealthy === true;
}

/** Those with a check under way, or just after one. */
const checking = new WeakSet<FakeInstance>();

function askHttp(
  host: string,
  port: number,
  { check }: FakeTargetGroup,
  done: (healthy: boolean) => void,
): void {
  const request = get(
    { host, port, path: check.path ?? '/', timeout: PATIENCE_MS, agent: false },
    (response) => {
      response.resume();
      response.once('close', () => done(isExpected(response.statusCode ?? 0, check.codes ?? '200')));
    },
  );
  request.once('timeout', () => request.destroy(new Error('timeout')));
  request.once('error', () => done(false));
}

function askTcp(host: string, port: number, done: (healthy: boolean) => void): void {
  const socket = connect({ host, port, timeout: PATIENCE_MS });
  const end = (healthy: boolean) => {
    socket.destroy();
    done(healthy);
  };
  socket.once('connect', () => end(true));
  socket.once('timeout', () => end(false));
  socket.once('error', () => end(false));
}

/** `200`, `200,204` or `200-299`, as a matcher has it. */
function isExpected(status: number, codes: string): boolean {
  return codes.split(',').some((part) => {
    const [first = '', last = first] = part.split('-');
    return status >= Number(first) && status <= Number(last);
  });
}

function failure(group: FakeTargetGroup, { behaviour }: FakeInstance): TargetHealth {
  const network = !group.check.protocol.startsWith('HTTP');
  const said = behaviour.unhealthyReason;
  const match = /^((?:Target|Elb)\.\w+)(?::\s*(.*))?$/s.exec(said ?? '');
  if (match) return { state: 'unhealthy', reason: match[1], description: match[2] || 'Health checks failed' };
  const silent = network ? 'Health checks failed' : 'Request timed out';
  const reason = network || said ? 'Target.FailedHealthChecks' : 'Target.Timeout';
  return { state: 'unhealthy', reason, description: said ?? silent };
}
