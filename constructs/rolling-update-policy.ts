import { KilnError } from '../lib/errors';
import type { CanaryStep, UpdatePolicySpec } from '../lib/spec';
import { Duration, PercentOrCount, type PercentOrCountInput } from '../lib/units';
import { checkKnown } from './checks';

export interface UpdateOptions {
  /** How long new instances must stay healthy before a step counts as done. @default Duration.ZERO */
  readonly bakeTime?: Duration;
  /** From launch until a new instance must be healthy. @default Duration.seconds(60) */
  readonly healthTimeout?: Duration;
  /** Go back to the old version when the new one fails. @default true */
  readonly rollback?: boolean;
}

export interface RollingUpdateOptions extends UpdateOptions {
  /** Instances beyond the desired number during the update, a count or a share (rounded up). @default 1 */
  readonly maxSurge?: PercentOrCountInput;
  /** Instances below the desired number during the update, a count or a share (rounded down). @default 0 */
  readonly maxUnavailable?: PercentOrCountInput;
  /** Canary steps: so much of the service is new, then a pause. Percentages ascend. @default - none */
  readonly steps?: readonly CanaryStepOptions[];
}

export interface CanaryStepOptions {
  /** Share of the instances that are new, a whole number from 1 to 99; at 100 the rollout is over. */
  readonly percent: number;
  /** How long to stay there before going on. @default Duration.ZERO */
  readonly pause?: Duration;
}

const DEFAULT_HEALTH_TIMEOUT = Duration.seconds(60);

/** How one version of a service takes over from another. */
export class RollingUpdatePolicy {
  /**
   * In batches: new instances start, become healthy, then as many old ones drain and stop.
   * @throws KilnError `constructs.update-policy` for a policy that could never finish
   */
  static rolling(options: RollingUpdateOptions = {}): RollingUpdatePolicy {
    const maxSurge = parse('maxSurge', options.maxSurge ?? 1);
    const maxUnavailable = parse('maxUnavailable', options.maxUnavailable ?? 0);
    if (maxSurge.isZero() && maxUnavailable.isZero()) {
      throw refusal(
        "'maxSurge' and 'maxUnavailable' are both 0, so no instance could ever be replaced; " +
          'set one of them to 1 or more',
      );
    }
    return new RollingUpdatePolicy({
      strategy: 'rolling',
      maxSurge: maxSurge.toString(),
      maxUnavailable: maxUnavailable.toString(),
      ...common(options),
      steps: (options.steps ?? []).map(resolveStep),
    });
  }

  /**
   * All old instances stop, then the new ones start: for a service of which two versions must never run at once. It is
   * down in between. If the new version fails, the old one starts again.
   * @throws KilnError `constructs.update-policy`
   */
  static replace(options: UpdateOptions = {}): RollingUpdatePolicy {
    return new RollingUpdatePolicy({
      strategy: 'replace',
      maxSurge: '0',
      maxUnavailable: '100%',
      ...common(options),
      steps: [],
    });
  }

  /**
   * All new instances start beside the old ones, become healthy, then traffic switches at once and the old ones go.
   * Needs room for twice the instances.
   * @throws KilnError `constructs.update-policy`
   */
  static blueGreen(options: UpdateOptions = {}): RollingUpdatePolicy {
    return new RollingUpdatePolicy({
      strategy: 'blue-green',
      maxSurge: '100%',
      maxUnavailable: '0',
      ...common(options),
      steps: [],
    });
  }

  private constructor(private readonly spec: UpdatePolicySpec) {}

  /** The policy with every default filled in, as platforms read it. */
  toSpec(): UpdatePolicySpec {
    return this.spec;
  }
}

function parse(option: string, input: PercentOrCountInput): PercentOrCount {
  checkKnown(option, input, 'an impossible policy is refused there');
  try {
    return PercentOrCount.parse(input);
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    throw refusal(`'${option}': ${error.message}`, error);
  }
}

function common(options: UpdateOptions): Pick<UpdatePolicySpec, 'bakeMs' | 'healthTimeoutMs' | 'rollback'> {
  const healthTimeout = options.healthTimeout ?? DEFAULT_HEALTH_TIMEOUT;
  if (healthTimeout.toMilliseconds() < 1) {
    throw refusal(`'healthTimeout' is ${healthTimeout}, so every update would fail; give at least 1 ms`);
  }
  return {
    bakeMs: (options.bakeTime ?? Duration.ZERO).toMilliseconds(),
    healthTimeoutMs: healthTimeout.toMilliseconds(),
    rollback: options.rollback ?? true,
  };
}

function resolveStep(step: CanaryStepOptions, index: number, all: readonly CanaryStepOptions[]): CanaryStep {
  const { percent } = step;
  checkKnown(`steps[${index}].percent`, percent, 'an impossible policy is refused there');
  if (!Number.isInteger(percent) || percent < 1 || percent > 99) {
    throw refusal(`'steps[${index}].percent' is ${percent}; give a whole number from 1 to 99`);
  }
  const before = all[index - 1]?.percent ?? 0;
  if (percent <= before) {
    throw refusal(
      `'steps[${index}].percent' is ${percent} after ${before}, so it would go back; give percentages that ascend`,
    );
  }
  return { percent, pauseMs: (step.pause ?? Duration.ZERO).toMilliseconds() };
}

function refusal(message: string, cause?: unknown): KilnError {
  return new KilnError(message, { code: 'constructs.update-policy', cause });
}
