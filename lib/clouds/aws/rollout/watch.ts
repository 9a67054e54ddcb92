import type { AwsSession } from '../session';
import { missingGroup } from './check-group';
import { Consoles } from './consoles';
import { findLaunchFailure, launchProblem } from './launch-failure';
import { observe, type SeenInstance, type Sight } from './observe';
import { type AwsRolloutProblem, answerOf } from './problem';
import { ActivityLog, readActivities } from './read-activities';
import { isForward, type Refresh, readRefresh } from './refresh';
import { RolloutReport } from './rollout-report';
import type { RolloutOptions, RolloutRequest } from './rollout-request';
import { Trials } from './trials';

/** What one look at a rollout came to. */
export interface Look {
  readonly sight: Sight;
  /** Undefined where no refresh is followed. */
  readonly refresh: Refresh | undefined;
  readonly problem: AwsRolloutProblem | undefined;
  /** Everything that should serve is at the version and does. */
  readonly isDone: boolean;
}

/** Looks at a group from time to time, judges what it sees and tells of it. */
export class GroupWatch {
  readonly report: RolloutReport;
  readonly consoles: Consoles;
  private readonly trials: Trials;
  private readonly activities: ActivityLog;
  /** How near to its end a wait without a refresh has come, and when it came there. */
  private best = Number.NEGATIVE_INFINITY;
  private bestAt: number;
  private last: Sight | undefined;

  /** @param begunAt when the way to this version began, ms of AWS' clock. @default now */
  constructor(
    private readonly session: AwsSession,
    private readonly request: RolloutRequest,
    private readonly options: RolloutOptions,
    begunAt?: number,
  ) {
    const now = session.clock.now();
    this.bestAt = now;
    this.activities = new ActivityLog(session, this.group.name);
    this.report = new RolloutReport(request, options.onEvent);
    this.consoles = new Consoles(session);
    this.trials = new Trials({
      version: request.launchTemplate.version,
      healthTimeoutMs: request.update.healthTimeoutMs,
      begunAt: begunAt ?? now,
      watchedSince: now,
    });
  }

  /** As it was seen last. */
  get lastSight(): Sight {
    return this.last as Sight;
  }

  /** What is there before anything is done. @throws KilnError `aws.*` */
  async begin(sight: Sight): Promise<void> {
    await this.activities.begin(this.options.signal);
    this.last = sight;
    this.report.begin(sight);
    this.trials.judge(sight, [], this.session.clock.now());
  }

  /** Tells of what a group launched by itself before anybody looked. */
  tellPresent(sight: Sight): void {
    this.report.forget();
    this.report.look(sight, this.session.clock.now());
  }

  /** @throws KilnError `rollout.group-missing`, `aws.*` */
  async look(refreshId?: string): Promise<Look> {
    const { signal } = this.options;
    const group = this.group;
    const before = this.last;
    // The refresh first: what it says to have done is then seen in the group.
    const refresh =
      refreshId === undefined ? undefined : await readRefresh(this.session, group.name, refreshId, signal);
    const sight = await this.see();
    const activities = await this.activities.news(signal);
    const now = this.session.clock.now();
    this.report.look(sight, now);
    if (refresh !== undefined) this.tellPause(sight, refresh);
    const problem =
      this.trials.judge(sight, activities, now) ??
      (refresh === undefined || isForward(refresh)
        ? undefined
        : endOf(refresh, before ?? sight, this.version)) ??
      this.withTheWaiting(findLaunchFailure(activities), sight) ??
      (refresh === undefined ? await this.findStall(sight, now) : undefined);
    if (problem === undefined)
      await this.consoles.readInTime(sight, (id) => this.trials.share(id, now), signal);
    return { sight, refresh, problem, isDone: isInPlace(sight, this.version) };
  }

  /** Only looks and tells, as on the way back. @throws KilnError `rollout.group-missing`, `aws.*` */
  async see(signal = this.options.signal): Promise<Sight> {
    const sight = await observe(this.session, this.group, this.request.launchTemplate, signal);
    if (!sight || sight.group.isGoing) throw missingGroup(this.group.name, this.request);
    this.last = sight;
    return sight;
  }

  /**
   * ms until the next look: sooner where a deadline comes first, and much sooner where everything is in place and only the word
   * of Auto Scaling is waited for.
   *
   * @param until when something is due, ms of AWS' clock
   */
  pauseMs(until = Number.POSITIVE_INFINITY): number {
    const { timing, clock } = this.session;
    const next = Math.min(this.trials.nextDeadline() ?? until, until) - clock.now();
    if (next > 0 && next < Number.POSITIVE_INFINITY) return Math.min(timing.rolloutPollMs, next);
    return isInPlace(this.lastSight, this.version) ? timing.rolloutPollMs / 5 : timing.rolloutPollMs;
  }

  private get group() {
    return this.request.groups[0] as RolloutRequest['groups'][number];
  }

  private get version(): number {
    return this.request.launchTemplate.version;
  }

  /** A wait in which nothing comes and nothing fails: the group cannot launch, or something holds it. */
  private async findStall(sight: Sight, now: number): Promise<AwsRolloutProblem | undefined> {
    const { healthTimeoutMs } = this.request.update;
    const measure = progressOf(sight, this.version);
    const isExcused = sight.instances.some(({ phase }) => phase === 'leaving');
    if (measure > this.best || isExcused || isInPlace(sight, this.version)) {
      this.best = Math.max(this.best, measure);
      this.bestAt = now;
    }
    if (now - this.bestAt < healthTimeoutMs) return undefined;
    const earlier = await readActivities(this.session, this.group.name, 0, this.options.signal);
    const failed = earlier.find(({ status }) => status === 'Failed');
    if (failed) return this.withTheWaiting(launchProblem(failed), sight);
    const { desired } = sight.group;
    const healthy = sight.instances.filter((one) => one.phase === 'healthy' && one.version === this.version);
    return {
      kind: 'stalled',
      instances: waitingOf(sight, this.version),
      reason: `${healthy.length} of ${desired} are at version ${this.version} and healthy, and no more came`,
    };
  }

  private withTheWaiting(
    problem: AwsRolloutProblem | undefined,
    sight: Sight,
  ): AwsRolloutProblem | undefined {
    return problem && { ...problem, instances: waitingOf(sight, this.version) };
  }

  private tellPause(sight: Sight, { status }: Refresh): void {
    const { steps } = this.request.update;
    if (status !== 'InProgress' || steps.length === 0) return;
    const live = sight.instances.filter(({ phase }) => phase !== 'standby');
    if (!live.every(({ phase }) => phase === 'healthy')) return;
    const fresh = live.filter(({ version }) => version === this.version).length;
    if (fresh >= live.length) return;
    const step = steps.findLast(({ percent }) => fresh >= Math.ceil((sight.group.desired * percent) / 100));
    if (step) this.report.paused(step.percent, step.pauseMs);
  }
}

/** Instances of the version that do not serve yet. */
function waitingOf({ instances }: Sight, version: number): SeenInstance[] {
  return instances.filter(
    (one) => one.version === version && ['starting', 'unhealthy', 'failed'].includes(one.phase),
  );
}

/** Grows as a wait comes nearer to its end. */
function progressOf({ instances }: Sight, version: number): number {
  return instances.reduce((sum, one) => {
    if (one.version !== version) return one.phase === 'standby' ? sum : sum - 1;
    return one.phase === 'healthy' ? sum + 1 : sum;
  }, 0);
}

/** All that should serve is of the version and healthy. What somebody put in standby serves nobody. */
export function isInPlace({ group, instances }: Sight, version: number): boolean {
  const live = instances.filter(({ phase }) => phase !== 'leaving' && phase !== 'standby');
  return (
    live.length >= group.desired && live.every((one) => one.version === version && one.phase === 'healthy')
  );
}

/** A refresh that is over, or goes back, and not because it was told to from here. */
function endOf(refresh: Refresh, before: Sight, version: number): AwsRolloutProblem | undefined {
  if (refresh.status === 'Successful') return undefined;
  // What drains already does so by that end, which is not the reason of it.
  const instances = waitingOf(before, version).filter(
    ({ targets }) => !targets.some(({ state }) => state.includes('draining')),
  );
  const why = refresh.reason === undefined ? '' : `: ${refresh.reason.replace(/\.$/, '')}`;
  const [first] = instances;
  const answer = first === undefined ? '' : ` (${first.id}: ${answerOf(first)})`;
  return {
    kind: 'ended',
    instances,
    reason: `Auto Scaling ${WORDS[refresh.status] ?? 'ended it'}${why}${answer}`,
  };
}

const WORDS: Readonly<Record<string, string>> = {
  Failed: 'gave it up',
  Cancelling: 'was told to end it',
  Cancelled: 'was told to end it',
  RollbackInProgress: 'goes back',
  RollbackSuccessful: 'went back',
  RollbackFailed: 'could not go back',
};
