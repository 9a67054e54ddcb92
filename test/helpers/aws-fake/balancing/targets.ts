import type { Query } from '../query';
import { Refusal } from '../refusal';
import type { State } from '../state';
import type { Members, Xml } from '../xml';
import type { FakeTarget, FakeTargetGroup } from './model';

export function registerTargets(state: State, query: Query): Members {
  const group = findTargetGroup(state, query.required('TargetGroupArn'));
  const wanted = targetsIn(query, group);
  for (const { id } of wanted) {
    const instance = state.fleet.instances.get(id);
    if (!instance) throw new Refusal('InvalidTarget', `The following targets are not valid: '${id}'`);
    if (instance.state !== 'running') {
      throw new Refusal(
        'InvalidTarget',
        `The following targets are not in a running state and cannot be registered: '${id}'`,
      );
    }
  }
  for (const { id, port } of wanted) state.balancing.register(group, id, port);
  return {};
}

/** One that is not registered is no error. */
export function deregisterTargets(state: State, query: Query): Members {
  const group = findTargetGroup(state, query.required('TargetGroupArn'));
  for (const { id, port, given } of targetsIn(query, group)) {
    for (const target of group.targets.values()) {
      if (target.id === id && (!given || target.port === port)) state.balancing.drain(group, target);
    }
  }
  return {};
}

export function describeTargetHealth(state: State, query: Query): Members {
  const group = findTargetGroup(state, query.required('TargetGroupArn'));
  const asked = targetsIn(query, group);
  const all = [...group.targets.values()];
  if (asked.length === 0) return { TargetHealthDescriptions: all.map(render) };
  const found = asked.map(({ id, port }) => all.find((one) => one.id === id && one.port === port));
  return {
    TargetHealthDescriptions: asked.map((one, index) => {
      const target = found[index];
      return target ? render(target) : unknown(state, one.id, one.port);
    }),
  };
}

function render({ id, port, health }: FakeTarget): Xml {
  const { state: State, reason: Reason, description: Description } = health;
  return {
    Target: { Id: id, Port: port },
    HealthCheckPort: port,
    TargetHealth: { State, Reason, Description },
  };
}

function unknown(state: State, Id: string, Port: number): Xml {
  if (!state.fleet.instances.has(Id)) {
    throw new Refusal('InvalidTarget', `The following targets are not valid: '${Id}'`);
  }
  const Description = 'Target is not registered to the target group';
  return {
    Target: { Id, Port },
    HealthCheckPort: Port,
    TargetHealth: { State: 'unused', Reason: 'Target.NotRegistered', Description },
  };
}

export function findTargetGroup(state: State, arn: string): FakeTargetGroup {
  const group = state.balancing.groups.get(arn);
  if (group) return group;
  if (!/^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:targetgroup\/[^/]+\/[0-9a-f]{16}$/.test(arn)) {
    throw new Refusal('ValidationError', `'${arn}' is not a valid target group ARN`);
  }
  throw new Refusal('TargetGroupNotFound', 'One or more target groups not found');
}

function targetsIn(query: Query, group: FakeTargetGroup): { id: string; port: number; given: boolean }[] {
  return query.members('Targets.member').map((one) => ({
    id: one.required('Id'),
    port: one.number('Port') ?? group.port,
    given: one.has('Port'),
  }));
}
