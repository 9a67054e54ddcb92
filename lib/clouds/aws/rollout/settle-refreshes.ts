import { sleepOr } from '../call';
import type { AwsSession } from '../session';
import { foreignRefresh } from './check-group';
import { endRefresh, isFor, isForward, isUnderWay, type Refresh, readRefresh } from './refresh';
import { RolloutReport } from './rollout-report';
import type { RolloutOptions, RolloutRequest } from './rollout-request';

/**
 * Waits until no refresh of the group is under way but one to the wanted version, which is returned. One to another version of
 * the same launch template, left by an earlier run, is taken back first.
 *
 * @throws KilnError `rollout.foreign-refresh` where it is not Kiln's, `aws.*`
 */
export async function settleRefreshes(
  request: RolloutRequest,
  session: AwsSession,
  { signal, onEvent }: RolloutOptions,
): Promise<Refresh | undefined> {
  const group = request.groups[0]?.name ?? '';
  const report = new RolloutReport(request, onEvent);
  let told = '';
  for (;;) {
    const latest = await readRefresh(session, group, undefined, signal);
    if (latest === undefined || !isUnderWay(latest)) return undefined;
    if (isForward(latest)) {
      if (!isKilns(latest, request)) throw foreignRefresh(group, latest, request);
      if (isFor(latest, request.launchTemplate)) return latest;
      report.tell(
        'notice',
        `a rollout to version ${latest.template?.version} is under way; it is taken back first`,
      );
      await takeBack(session, group);
    } else if (told !== latest.status) {
      told = latest.status;
      const what = latest.status === 'Cancelling' ? 'ended' : 'taken back';
      report.tell('notice', `waiting until Auto Scaling has ${what} what was under way`);
    }
    await sleepOr(session.timing.rolloutPollMs, signal);
  }
}

/** Kiln always says the number of a version. */
function isKilns({ template }: Refresh, { launchTemplate }: RolloutRequest): boolean {
  return template?.id === launchTemplate.id && !Number.isNaN(template.version);
}

/** Ends it where it is if it cannot go back: the next rollout replaces what it left. @throws KilnError `aws.*` */
export async function takeBack(session: AwsSession, group: string): Promise<void> {
  if (await endRefresh(session, group, 'roll-back')) return;
  const latest = await readRefresh(session, group);
  if (latest && isForward(latest)) await endRefresh(session, group, 'cancel');
}
