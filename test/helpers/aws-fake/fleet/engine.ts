import { checkTargets } from '../balancing/check-targets';
import type { State } from '../state';
import type { Clock } from './clock';
import { stepGroup } from './step-group';
import { stepInstances } from './step-instances';

/** Moves what lives by itself: instances, their health, groups. */
export class Engine {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly states: readonly State[],
    private readonly clock: Clock,
    private readonly pace: number,
  ) {}

  start(): void {
    if (this.pace <= 0) return;
    this.timer = setInterval(() => this.step(), this.pace);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** One step of all regions. */
  step(): void {
    this.clock.pass(this.pace || 10);
    for (const state of this.states) {
      stepInstances(state);
      checkTargets(state);
      for (const group of [...state.fleet.groups.values()]) stepGroup(state, group);
    }
  }
}
