import type { AwsSession } from '../session';
import { type GroupInstance, type GroupState, readGroup } from './read-group';
import { type Machine, readMachines } from './read-machines';
import { readTargets, type TargetHealth } from './read-targets';
import type { RolloutGroup, TemplateVersion } from './rollout-request';

/**
 * `starting`: not healthy yet, or no more; `healthy`: in service, and every target group says so; `unhealthy`: a target group
 * says that its checks fail; `failed`: its machine ended, or its group gave it up; `leaving`: on its way out; `standby`: taken
 * out of service by hand.
 */
export type SeenPhase = 'starting' | 'healthy' | 'unhealthy' | 'failed' | 'leaving' | 'standby';

/** An instance, put together from what its group, EC2 and the balancers say. */
export interface SeenInstance {
  readonly id: string;
  /** Of the launch template; NaN where it is of another one. */
  readonly version: number;
  readonly phase: SeenPhase;
  /** ms since 1970, by AWS' clock; undefined where EC2 does not know it yet. */
  readonly launchedAt: number | undefined;
  readonly group: GroupInstance;
  readonly machine: Machine | undefined;
  readonly targets: readonly TargetHealth[];
}

/** A group and its instances, at one moment. */
export interface Sight {
  readonly group: GroupState;
  readonly instances: readonly SeenInstance[];
}

/** Looks at a group and all of its instances. Undefined: there is no such group. @throws KilnError `aws.*` */
export async function observe(
  session: AwsSession,
  { name, targetGroupArns }: RolloutGroup,
  template: Pick<TemplateVersion, 'id'>,
  signal?: AbortSignal,
): Promise<Sight | undefined> {
  const group = await readGroup(session, name, signal);
  if (!group) return undefined;
  const ids = group.instances.map(({ id }) => id);
  const [machines, targets] = await Promise.all([
    readMachines(session, ids, signal),
    ids.length === 0 ? new Map<string, TargetHealth[]>() : readTargets(session, targetGroupArns, signal),
  ]);
  const instances = group.instances.map((one): SeenInstance => {
    const machine = machines.get(one.id);
    const seen = targets.get(one.id) ?? [];
    return {
      id: one.id,
      version: one.template?.id === template.id ? one.template.version : Number.NaN,
      phase: phaseOf(one, machine, seen, targetGroupArns.length),
      launchedAt: machine?.launchedAt,
      group: one,
      machine,
      targets: seen,
    };
  });
  return { group, instances };
}

const ENDED = ['stopping', 'stopped', 'shutting-down', 'terminated'];

function phaseOf(
  { lifecycle, isHealthy }: GroupInstance,
  machine: Machine | undefined,
  targets: readonly TargetHealth[],
  targetGroups: number,
): SeenPhase {
  if (!isHealthy) return 'failed';
  if (/^(Terminat|Detach|Quarantined)/.test(lifecycle)) return 'leaving';
  if (/Standby/.test(lifecycle)) return 'standby';
  if (machine && ENDED.includes(machine.state)) return 'failed';
  if (lifecycle !== 'InService') return 'starting';
  // The group was read a moment earlier than the targets.
  if (targets.some(({ state }) => state.includes('draining'))) return 'leaving';
  if (targets.some(({ state }) => state === 'unhealthy')) return 'unhealthy';
  const agreeing = targets.filter(({ state }) => state === 'healthy').length;
  return agreeing >= targetGroups ? 'healthy' : 'starting';
}
