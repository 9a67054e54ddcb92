import type { ServiceEvent } from '../../../spec';
import { Duration } from '../../../units';
import type { SeenInstance, Sight } from './observe';
import { type AwsRolloutProblem, answerOf } from './problem';
import type { RolloutOptions, RolloutRequest } from './rollout-request';

type Kind = ServiceEvent['kind'];

/** Says for people what happens to a group, from what is seen of it. */
export class RolloutReport {
  private readonly seen = new Map<string, SeenInstance>();
  private readonly startedAt = performance.now();
  private pausedAt = 0;

  constructor(
    private readonly request: Pick<RolloutRequest, 'service' | 'launchTemplate'>,
    private readonly onEvent: RolloutOptions['onEvent'],
  ) {}

  tell(kind: Kind, message: string, instance: string | null = null): void {
    const { service } = this.request;
    this.onEvent?.({ at: new Date().toISOString(), service, kind, instance, message });
  }

  /** @param from undefined: a first deployment */
  started(from: number | undefined, instances: number): void {
    const { service, launchTemplate } = this.request;
    const count = instances === 1 ? '1 instance' : `${instances} instances`;
    const way =
      from === undefined
        ? `version ${launchTemplate.version}`
        : `version ${from} to ${launchTemplate.version}`;
    this.tell(
      'rollout-started',
      `${from === undefined ? 'starting' : 'moving'} ${service}: ${count}, ${way}`,
    );
  }

  finished(): void {
    const { service, launchTemplate } = this.request;
    const seconds = ((performance.now() - this.startedAt) / 1000).toFixed(1);
    this.tell('rollout-finished', `${service} is at version ${launchTemplate.version} after ${seconds} s`);
  }

  baking(bakeMs: number): void {
    this.tell('baking', `all healthy; watching for ${Duration.milliseconds(bakeMs)}`);
  }

  /** Why it ends, and whether that takes it back. */
  problem({ instances, reason }: AwsRolloutProblem, isGoingBack: boolean): void {
    const [first] = instances;
    const why = first === undefined ? reason : `${first.id}: ${reason}`;
    this.tell(
      isGoingBack ? 'rolling-back' : 'notice',
      isGoingBack ? `rolling back, ${why}` : why,
      first?.id ?? null,
    );
  }

  /** What was there before is as new. */
  forget(): void {
    this.seen.clear();
  }

  /** What is there when the rollout begins; nothing is told of it. */
  begin({ instances }: Sight): void {
    for (const one of instances) this.seen.set(one.id, one);
  }

  /** Tells what changed since the last look. */
  look({ instances }: Sight, now: number): void {
    for (const one of instances) {
      const before = this.seen.get(one.id);
      this.seen.set(one.id, one);
      if (before?.phase !== one.phase) this.changed(one, before, now);
    }
    for (const { id } of [...this.seen.values()]) {
      if (instances.some((one) => one.id === id)) continue;
      this.seen.delete(id);
      this.tell('instance-stopped', `${id} is gone`, id);
    }
  }

  /** A canary step is reached. Told once for each. */
  paused(percent: number, pauseMs: number): void {
    if (percent <= this.pausedAt) return;
    this.pausedAt = percent;
    this.tell('pausing', `${percent} % are new; pausing for ${Duration.milliseconds(pauseMs)}`);
  }

  private changed(one: SeenInstance, before: SeenInstance | undefined, now: number): void {
    const { id, phase, launchedAt } = one;
    if (before === undefined && phase !== 'leaving')
      this.tell('instance-started', `starting ${id}, ${placeOf(one)}`, id);
    if (phase === 'healthy') {
      const after =
        launchedAt === undefined ? '' : ` after ${(Math.max(0, now - launchedAt) / 1000).toFixed(1)} s`;
      this.tell(
        'instance-healthy',
        before === undefined || before.phase === 'starting'
          ? `${id} is healthy${after}`
          : `${id} is healthy again`,
        id,
      );
    }
    // Until it was healthy for the first time, failing checks are part of booting.
    if (phase === 'unhealthy' && before?.phase === 'healthy')
      this.tell('instance-unhealthy', `${id}: ${answerOf(one)}`, id);
    if (phase === 'failed') this.tell('instance-crashed', `${id}: ${answerOf(one)}`, id);
    if (phase === 'leaving') this.tell('instance-draining', `${id} leaves, ${placeOf(one)}`, id);
    if (phase === 'standby')
      this.tell('notice', `${id} is in standby, where somebody put it: it stays as it is`, id);
  }
}

function placeOf({ version, group }: SeenInstance): string {
  return `${Number.isNaN(version) ? 'another launch template' : `version ${version}`} in ${group.zone}`;
}
