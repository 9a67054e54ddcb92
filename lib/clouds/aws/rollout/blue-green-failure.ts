import { KilnError } from '../../../errors';
import type { BlueGreenRun } from './blue-green-steps';
import type { AwsRolloutProblem } from './problem';
import { rolloutError } from './rollout-error';

/** A problem on its way to where it becomes an error. */
export class ProblemError extends Error {
  constructor(readonly problem: AwsRolloutProblem) {
    super(problem.reason);
  }
}

/**
 * The error of a rollout: what was found, what was done about it, what serves now. A fault of AWS keeps its own code.
 *
 * @param outcome `green was emptied`
 */
export function blueGreenError(
  { request, signal, consoles }: BlueGreenRun,
  error: unknown,
  outcome: string,
  serves: string,
): KilnError {
  const { service } = request;
  const common = { service, consoles, outcome, serves };
  if (error instanceof ProblemError) return rolloutError({ ...common, problem: error.problem });
  if (signal?.aborted) {
    const problem = { kind: 'cancelled', instances: [], reason: 'it was cancelled' } as const;
    return rolloutError({ ...common, problem });
  }
  if (!KilnError.is(error)) throw error;
  const { code, remedy, detail } = error;
  return new KilnError(`the rollout of '${service}' ended: ${error.message}; ${outcome}`, {
    code,
    ...(remedy === undefined ? {} : { remedy }),
    detail: [...(detail === undefined ? [] : [detail]), `serves now: ${serves}`].join('\n'),
    cause: error,
  });
}
