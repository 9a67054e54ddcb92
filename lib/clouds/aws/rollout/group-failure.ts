import { KilnError } from '../../../errors';
import type { AwsSession } from '../session';
import { abandon, goBack, moveBack } from './go-back';
import type { AwsRolloutProblem } from './problem';
import { cancelledRollout, failedRollout, servingText } from './rollout-error';
import type { RolloutRequest } from './rollout-request';
import type { GroupWatch } from './watch';

/** What a rollout was asked for. */
export interface RolloutContext {
  readonly request: RolloutRequest;
  readonly session: AwsSession;
  readonly signal: AbortSignal | undefined;
}

/** What is under way, for when it must be undone. */
export interface Course {
  readonly watch: GroupWatch;
  /** Undefined where the group is only watched. */
  readonly refreshId: string | undefined;
  /** The version to go back to; undefined where there is none. */
  readonly previous: number | undefined;
}

/** Goes back if the policy wants it, waits for that, and says why and what serves. */
export async function failedError(
  context: RolloutContext,
  { watch, refreshId, previous }: Course,
  problem: AwsRolloutProblem,
): Promise<KilnError> {
  const { service, update } = context.request;
  // Before anything is told to go: what is terminated loses its console.
  await watch.consoles.read(
    problem.instances.map(({ id }) => id),
    context.signal,
  );
  const isBack = previous !== undefined && update.rollback;
  watch.report.problem(problem, isBack);
  const undo = { ...context, watch, previous };
  const outcome =
    refreshId !== undefined
      ? await goBack({ ...undo, refreshId }, update.rollback)
      : isBack
        ? await moveBack(undo, previous)
        : 'Auto Scaling goes on replacing what fails, and the next apply goes on from there';
  const serves = await serving(context, watch);
  return failedRollout({ service, problem, consoles: watch.consoles, outcome, serves });
}

/** Tells it to go back, and does not wait: whoever cancels wants to go. */
export async function cancelledError(
  context: RolloutContext,
  course: Course | undefined,
): Promise<KilnError> {
  const { service } = context.request;
  if (course?.refreshId === undefined) {
    const outcome = 'nothing is to be undone, and the next apply goes on from what is there';
    const serves = course && (await serving(context, course.watch));
    return cancelledRollout(service, outcome, serves);
  }
  const { watch, refreshId, previous } = course;
  const outcome = await abandon({ ...context, watch, refreshId, previous });
  watch.report.tell('rolling-back', outcome);
  return cancelledRollout(service, outcome, await serving(context, watch));
}

/** An error that ended the watching, not the refresh: AWS goes on without anybody watching. */
export function outlivedError(
  { service, launchTemplate }: RolloutRequest,
  course: Course | undefined,
  error: unknown,
): unknown {
  const refreshId = course?.refreshId;
  if (refreshId === undefined || !KilnError.is(error) || error.code.startsWith('rollout.')) return error;
  const goesOn = `AWS goes on with '${service}' to version ${launchTemplate.version} by itself, unwatched`;
  return new KilnError(`${error.message}; ${goesOn} (instance refresh ${refreshId})`, {
    code: error.code,
    remedy: `${error.remedy ?? 'Mend that and apply again.'} The next apply takes the rollout up where it is then.`,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    cause: error,
  });
}

/** Undefined where it cannot be looked at in time. */
async function serving({ session }: RolloutContext, watch: GroupWatch): Promise<string | undefined> {
  try {
    const sight = await watch.see(AbortSignal.timeout(session.timing.cleanUpMs));
    return servingText(sight.instances);
  } catch {
    return undefined;
  }
}
