import { KilnError } from '../../../errors';
import { refreshPreferences } from '../../../rollout';
import { inBrief } from '../aws-error';
import { sleepOr } from '../call';
import type { AwsSession } from '../session';
import { endRefresh, isForward, isUnderWay, type Refresh, readRefresh, startRefresh } from './refresh';
import type { RolloutRequest } from './rollout-request';
import { takeBack } from './settle-refreshes';
import type { GroupWatch } from './watch';

/** A refresh that is to be undone. */
export interface Undo {
  readonly session: AwsSession;
  readonly request: RolloutRequest;
  readonly watch: GroupWatch;
  readonly refreshId: string;
  /** The version before; undefined where Auto Scaling has none to go back to. */
  readonly previous: number | undefined;
  /** Ends the waiting, not the going back. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Takes a refresh back, or ends it where there is nothing to go back to or the policy does not want it, and waits for that.
 * Never throws: returns in one clause what became of it, for the error that is about why.
 */
export async function goBack(undo: Undo, wantsBack: boolean): Promise<string> {
  const { request, watch, previous } = undo;
  const isBack = wantsBack && previous !== undefined;
  try {
    await tell(undo, isBack);
  } catch (error) {
    return `it could not be ${isBack ? 'taken back' : 'ended'}, since ${inBrief(error)}; ${await stillGoing(undo)}`;
  }
  try {
    const ended = await waitForEnd(undo);
    if (ended?.status === 'Successful' && isBack) return await moveBack(undo, previous);
    if (ended?.status === 'RollbackSuccessful')
      watch.report.tell('rolled-back', `${request.service} is at version ${previous} as before`);
    return outcomeOf(ended, undo);
  } catch (error) {
    return undo.signal?.aborted
      ? await stillGoing(undo)
      : `it could not be followed to its end, since ${inBrief(error)}; ${await stillGoing(undo)}`;
  }
}

/**
 * Where the refresh has ended well, and an instance fails all the same, the way back is a refresh of its own, which waits for
 * nothing and watches no alarms. Never throws, as `goBack`.
 */
export async function moveBack(undo: Omit<Undo, 'refreshId'>, previous: number): Promise<string> {
  const { session, watch, signal } = undo;
  const { service, update, launchTemplate } = undo.request;
  const finished = 'Auto Scaling had finished already';
  try {
    const { group } = await watch.see(signal);
    const wayBack = { ...update, steps: [], bakeMs: 0, rollback: false };
    const preferences = refreshPreferences(wayBack, group.desired);
    const version = { ...launchTemplate, version: previous };
    const refreshId = await startRefresh(session, group, version, preferences);
    if (refreshId === undefined) return `${finished}, and another refresh is under way`;
    const ended = await waitForEnd({ ...undo, refreshId });
    if (ended?.status !== 'Successful')
      return `${finished}, and moving it back to version ${previous} came to nothing; the next apply goes on from what is there`;
    watch.report.tell('rolled-back', `${service} is at version ${previous} as before`);
    return `${finished}, so it was moved back to version ${previous}`;
  } catch (error) {
    return signal?.aborted
      ? `${finished}, and AWS is moving it back to version ${previous}; the next apply waits for that`
      : `${finished}, and moving it back to version ${previous} could not be seen through, since ${inBrief(error)}`;
  }
}

/** The same as `goBack` without waiting, for a rollout that was cancelled. */
export async function abandon(undo: Undo): Promise<string> {
  try {
    await tell(undo, undo.previous !== undefined);
  } catch (error) {
    return `it could not be taken back, since ${inBrief(error)}; ${await stillGoing(undo)}`;
  }
  return stillGoing(undo);
}

/** Also where the waiting was ended from outside: nobody else will say it. */
async function tell({ session, request }: Undo, isBack: boolean): Promise<void> {
  const group = request.groups[0]?.name ?? '';
  if (isBack) return takeBack(session, group);
  const latest = await readRefresh(session, group);
  if (latest && isForward(latest)) await endRefresh(session, group, 'cancel');
}

async function waitForEnd({
  session,
  request,
  watch,
  refreshId,
  signal,
}: Undo): Promise<Refresh | undefined> {
  const group = request.groups[0]?.name ?? '';
  for (;;) {
    const refresh = await readRefresh(session, group, refreshId, signal);
    watch.report.look(await watch.see(signal), session.clock.now());
    if (!refresh || !isUnderWay(refresh)) return refresh;
    await sleepOr(session.timing.rolloutPollMs, signal);
  }
}

function outcomeOf(refresh: Refresh | undefined, { previous, request }: Undo): string {
  const { version } = request.launchTemplate;
  const why = refresh?.reason === undefined ? '' : ` (${refresh.reason.replace(/\.$/, '')})`;
  switch (refresh?.status) {
    case 'RollbackSuccessful':
      return `it was rolled back to version ${previous}`;
    case 'RollbackFailed':
      return `going back to version ${previous} failed too${why}; the next apply goes on from what is there`;
    case 'Successful':
      return `Auto Scaling had finished already, so the group is at version ${version}`;
    default:
      return 'it was ended where it was and not rolled back; the next apply goes on from what is there';
  }
}

/** What AWS goes on doing by itself, as far as it can be told. */
async function stillGoing({ session, request, refreshId, previous }: Undo): Promise<string> {
  const group = request.groups[0]?.name ?? '';
  const { version } = request.launchTemplate;
  let status: string | undefined;
  try {
    status = (await readRefresh(session, group, refreshId))?.status;
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    return `AWS goes on with the instance refresh ${refreshId} as it was told last; the next apply takes it up`;
  }
  switch (status) {
    case 'RollbackInProgress':
      return `AWS is taking it back to version ${previous}, and the next apply waits for that`;
    case 'RollbackSuccessful':
      return `it was rolled back to version ${previous}`;
    case 'Successful':
      return `Auto Scaling had finished already, so the group is at version ${version}`;
    case 'Cancelling':
    case 'Cancelled':
      return 'it was ended where it was; the next apply goes on from what is there';
    default:
      return `AWS goes on to version ${version}, and the next apply takes it up (instance refresh ${refreshId})`;
  }
}
