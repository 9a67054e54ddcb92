import { KilnError } from '../../../errors';
import type { BlueGreenRun } from './blue-green-steps';
import type { AwsRolloutProblem } from './problem';
import { cancelledRollout, failedRollout } from './rollout-error';

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
  if (error instanceof ProblemError)
    return failedRollout({ service, problem: error.problem, consoles, outcome, serves });
  if (signal?.aborted) return cancelledRollout(service, outcome, serves);
  if (!KilnError.is(error)) throw error;
  const { code, remedy, detail } = error;
  return new KilnError(`the rollout of '${service}' ended: ${error.message}; ${outcome}`, {
    code,
    ...(remedy === undefined ? {} : { remedy }),
    detail: [...(detail === undefined ? [] : [detail]), `serves now: ${serves}`].join('\n'),
    cause: error,
  });
}
