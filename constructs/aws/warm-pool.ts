import { KilnError } from '../../lib/errors';
import { checkWhole } from '../checks';

export interface WarmPoolOptions {
  /** Instances that always wait, 0 to 1000. @default 0 */
  readonly min?: number;
  /** The most instances that wait and serve together. @default - the most that the service may have */
  readonly maxPrepared?: number;
  /** How they wait: switched off costs their volume alone, running costs as much as serving. @default 'stopped' */
  readonly state?: 'stopped' | 'running';
  /** Instances of which there are too many wait again, instead of going. @default false */
  readonly reuse?: boolean;
}

/** What a platform reads of {@link WarmPool}. */
export interface WarmPoolSpec {
  readonly min: number;
  readonly maxPrepared: number | undefined;
  readonly state: 'Stopped' | 'Running';
  readonly reuse: boolean;
}

/** Instances that were started once and wait, so that a service grows by what a start costs, and not a launch. */
export class WarmPool {
  /** @throws KilnError `constructs.number` or `constructs.warm-pool` */
  static of(options: WarmPoolOptions = {}): WarmPool {
    const { min = 0, maxPrepared, state = 'stopped', reuse = false } = options;
    checkWhole('min', min, 0, 1000);
    if (maxPrepared !== undefined) checkWhole('maxPrepared', maxPrepared, 1, 1000);
    if (!['stopped', 'running'].includes(state)) {
      throw new KilnError(`'state' of a warm pool is ${JSON.stringify(state)}; give 'stopped' or 'running'`, {
        code: 'constructs.warm-pool',
      });
    }
    return new WarmPool({ min, maxPrepared, state: state === 'running' ? 'Running' : 'Stopped', reuse });
  }

  private constructor(private readonly spec: WarmPoolSpec) {}

  /** As the platform reads it. */
  toSpec(): WarmPoolSpec {
    return this.spec;
  }
}
