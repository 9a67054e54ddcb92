import { type RolloutDecision, type RolloutProblem, simulateRollout } from '../rollout';
import { type RolloutFailure, revisionOf, type ServiceEvent, type ServiceSpec } from '../spec';
import { Duration } from '../units';
import type { RolloutState } from './state';

type OnEvent = (kind: ServiceEvent['kind'], message: string, instance?: string | null) => void;

/** Says for people how far a rollout is. */
export class RolloutReport {
  private batches = 0;
  private readonly expected: number;
  private lastStage = '';

  constructor(
    private readonly rollout: RolloutState,
    from: number,
    private readonly onEvent: OnEvent,
  ) {
    const { target, progress } = rollout;
    const { batches } = simulateRollout(target.update, from, target.instances, progress.kind);
    this.expected = batches.filter((batch) => batch.starts.length > 0).length;
  }

  begin(isUpdate: boolean): void {
    const { target, progress } = this.rollout;
    const count = target.instances === 1 ? '1 instance' : `${target.instances} instances`;
    const what = isUpdate ? 'updating' : 'creating';
    const message =
      progress.kind === 'scale'
        ? `bringing ${target.name} to ${count}`
        : `${what} ${target.name}: ${count} of revision ${revisionOf(target)}, ${target.update.strategy}`;
    this.onEvent('rollout-started', message);
  }

  /** @param names instances that were started together */
  batch(names: readonly string[]): void {
    if (names.length === 0) return;
    const list = names.join(', ');
    if (this.rollout.progress.direction === 'back') {
      this.onEvent('batch-started', `going back: start ${list}`);
    } else {
      const number = ++this.batches;
      this.onEvent('batch-started', `batch ${number} of ${Math.max(number, this.expected)}: start ${list}`);
    }
    for (const name of names) this.onEvent('instance-started', `starting ${name}`, name);
  }

  stage({ stage, progress }: RolloutDecision): void {
    const { update } = this.rollout.target;
    const key = `${stage} ${progress.step} ${progress.serves}`;
    if (key === this.lastStage) return;
    this.lastStage = key;
    if (stage === 'baking') {
      this.onEvent('baking', `all healthy; watching for ${Duration.milliseconds(update.bakeMs)}`);
    }
    const step = update.steps[progress.step];
    if (stage === 'pausing' && step) {
      this.onEvent(
        'pausing',
        `${step.percent} % are new; pausing for ${Duration.milliseconds(step.pauseMs)}`,
      );
    }
  }

  goingBack({ instance, reason }: RolloutFailure, isBack: boolean): void {
    const who = instance === null ? reason : `${instance}: ${reason}`;
    this.onEvent(isBack ? 'rolling-back' : 'notice', isBack ? `rolling back, ${who}` : who, instance);
  }
}

/** What went wrong, as one reads it after the instance's name. */
export function describeProblem(
  problem: RolloutProblem,
  seen: string | null,
  { update }: ServiceSpec,
): string {
  const limit = Duration.milliseconds(update.healthTimeoutMs);
  switch (problem.kind) {
    case 'crashed':
      return seen ?? 'it ended by itself';
    case 'health-timeout':
      return `not healthy within ${limit}${seen === null ? '' : ` (${seen})`}`;
    case 'became-unhealthy':
      return seen ?? 'it was healthy and is no more';
    case 'stalled':
      return `no progress for ${limit}`;
    case 'cancelled':
      return 'it was cancelled';
  }
}
