import { KilnError } from '../lib/errors';
import { checkKnown, checkWhole } from './checks';

/** What a service's size follows, as platforms read it. */
export interface ScalingSpec {
  /** `cpu`: percent of a processor, the mean over all instances; `requests`: in a minute, for each instance. */
  readonly metric: 'cpu' | 'requests';
  /** What the metric is to be near. */
  readonly target: number;
}

/** What decides how many instances a service has, between the two numbers of `instances`. */
export class Scaling {
  /**
   * As many instances as keep their processors about so busy.
   * @param percent of all processors of an instance, the mean over the instances; 1 to 100
   * @throws KilnError `constructs.number`
   */
  static onCpu(percent: number): Scaling {
    checkWhole('percent', percent, 1, 100);
    return new Scaling({ metric: 'cpu', target: percent });
  }

  /**
   * As many instances as keep each at about so many requests a minute. Needs a balancer that counts requests: on AWS an
   * application load balancer.
   * @throws KilnError `constructs.number`
   */
  static onRequests(perMinute: number): Scaling {
    checkWhole('perMinute', perMinute, 1, MAX_REQUESTS);
    return new Scaling({ metric: 'requests', target: perMinute });
  }

  private constructor(private readonly spec: ScalingSpec) {}

  /** As platforms read it. */
  toSpec(): ScalingSpec {
    return this.spec;
  }
}

/** A million a second: more is a slip of the finger. */
const MAX_REQUESTS = 60_000_000;

/** The least and the most instances of a service; equal where its size is fixed, and then perhaps one token. */
export interface InstanceRange {
  readonly min: number;
  readonly max: number;
}

/**
 * The two numbers of `instances`.
 * @param limit the most that may be asked for
 * @throws KilnError `constructs.number` or `constructs.scaling`
 */
export function resolveInstances(
  instances: number | InstanceRange,
  scaling: Scaling | undefined,
  limit: number,
): InstanceRange {
  const range = typeof instances === 'number' ? fixedSize(instances, limit) : checkedRange(instances, limit);
  if (scaling === undefined || range.min < range.max) return range;
  throw refusal(
    "'scaling' is given, but 'instances' is one number, so there is nothing to scale; " +
      "give a range such as { min: 2, max: 6 }, or leave 'scaling' out",
  );
}

function fixedSize(instances: number, limit: number): InstanceRange {
  checkWhole('instances', instances, 1, limit);
  return { min: instances, max: instances };
}

function checkedRange({ min, max }: InstanceRange, limit: number): InstanceRange {
  for (const [prop, value] of [['instances.min', min] as const, ['instances.max', max] as const]) {
    checkKnown(prop, value, 'the two are compared there');
    checkWhole(prop, value, 1, limit);
  }
  if (min <= max) return { min, max };
  throw refusal(`'instances.min' is ${min} and 'instances.max' ${max}; give a 'max' of at least ${min}`);
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.scaling' });
}
