import { KilnError } from '../../../errors';
import { refreshPreferences } from '../../../rollout';
import { cancelled } from '../aws-error';
import { sleepOr } from '../call';
import { faultBehind } from '../fault';
import type { AwsSession } from '../session';
import { checkGroup, checkProcesses, missingGroup } from './check-group';
import {
  type Course,
  cancelledError,
  failedError,
  outlivedError,
  type RolloutContext,
} from './group-failure';
import { observe, type Sight } from './observe';
import { type GroupState, readGroup } from './read-group';
import { type Refresh, startRefresh } from './refresh';
import type { RolloutGroup, RolloutOptions, RolloutRequest, RolloutResult } from './rollout-request';
import { settleRefreshes } from './settle-refreshes';
import { GroupWatch, isInPlace } from './watch';

/**
 * Moves one group to a version of its launch template by an instance refresh, and waits until all of it serves. Where it does
 * not, the group goes back, and the error says who failed which check. Whatever ends it, the next call goes on from there.
 *
 * @throws KilnError `rollout.failed`, `rollout.cancelled`, `rollout.group-missing`, `rollout.changed-by-hand`,
 * `rollout.foreign-refresh`, `rollout.aws`, and `aws.*`
 */
export async function rollOutGroup(
  request: RolloutRequest,
  session: AwsSession,
  options: RolloutOptions = {},
): Promise<RolloutResult> {
  return new GroupRollout(request, session, options).run();
}

class GroupRollout {
  private course: Course | undefined;
  private readonly group: RolloutGroup;
  private readonly context: RolloutContext;

  constructor(
    private readonly request: RolloutRequest,
    private readonly session: AwsSession,
    private readonly options: RolloutOptions,
  ) {
    this.group = request.groups[0] as RolloutGroup;
    this.context = { request, session, signal: options.signal };
  }

  async run(): Promise<RolloutResult> {
    try {
      return await this.rollOut();
    } catch (error) {
      if (this.options.signal?.aborted && KilnError.is(error) && error.code === 'aws.cancelled')
        throw await cancelledError(this.context, this.course);
      if (await this.isGone(error)) throw missingGroup(this.group.name, this.request);
      throw outlivedError(this.request, this.course, error);
    }
  }

  /** Asked about a group that is gone, Auto Scaling only says that the request is not valid. */
  private async isGone(error: unknown): Promise<boolean> {
    if (faultBehind(error).name !== 'ValidationError') return false;
    return readGroup(this.session, this.group.name, this.options.signal).then(
      (group) => group === undefined,
      () => false,
    );
  }

  private async rollOut(): Promise<RolloutResult> {
    const before = await this.see();
    checkGroup(before.group, this.request);
    // What the engine cannot do is said before anything is begun.
    refreshPreferences(this.request.update, before.group.desired, this.request.alarms);
    const adopted = await this.settle();
    const sight = await this.see();
    checkGroup(sight.group, this.request);
    const previous = previousOf(sight, this.request);
    if (adopted === undefined && previous === undefined && !hasOthers(sight, this.request))
      return this.watchOnly(sight);
    return this.refresh(sight, previous, adopted);
  }

  private async see(): Promise<Sight> {
    const sight = await observe(this.session, this.group, this.request.launchTemplate, this.options.signal);
    if (!sight) throw missingGroup(this.group.name, this.request);
    return sight;
  }

  private settle(): Promise<Refresh | undefined> {
    return settleRefreshes(this.request, this.session, this.options);
  }

  private async refresh(
    sight: Sight,
    previous: number | undefined,
    adopted: Refresh | undefined,
  ): Promise<RolloutResult> {
    checkProcesses(sight.group);
    const watch = await this.watchFrom(sight, adopted?.startedAt);
    const { desired } = sight.group;
    if (adopted === undefined) watch.report.started(previous, desired);
    else
      watch.report.tell(
        'rollout-started',
        `going on with the instance refresh that is under way (${adopted.id})`,
      );
    this.course = { watch, previous, refreshId: adopted?.id };
    const refreshId = adopted?.id ?? (await this.start(sight.group, previous));
    this.course = { watch, previous, refreshId };
    if (this.options.signal?.aborted) throw cancelled();
    await this.followRefresh(refreshId);
    return this.finish();
  }

  private async start(group: GroupState, previous: number | undefined): Promise<string> {
    const { update, alarms, launchTemplate } = this.request;
    // Auto Scaling refuses to go back by itself where there is no version to go back to.
    const rollback = update.rollback && previous !== undefined;
    const preferences = refreshPreferences({ ...update, rollback }, group.desired, alarms);
    for (;;) {
      const id = await startRefresh(this.session, group, launchTemplate, preferences);
      if (id !== undefined) return id;
      const found = await this.settle();
      if (found) return found.id;
    }
  }

  private async followRefresh(refreshId: string): Promise<void> {
    const { watch } = this.course as Course;
    const { bakeMs } = this.request.update;
    let bakedAt: number | undefined;
    for (;;) {
      const { problem, refresh, isDone } = await watch.look(refreshId);
      if (problem) throw await failedError(this.context, this.course as Course, problem);
      if (refresh?.status === 'Successful') {
        this.course = { ...(this.course as Course), refreshId: undefined };
        return isDone ? undefined : this.followGroup(0);
      }
      if (refresh?.status === 'Baking' && bakedAt === undefined) {
        bakedAt = this.session.clock.now() + bakeMs;
        watch.report.baking(bakeMs);
      }
      await sleepOr(watch.pauseMs(bakedAt), this.options.signal);
    }
  }

  /** A first deployment, one that was ended, or nothing to do: the group launches by itself. */
  private async watchOnly(sight: Sight): Promise<RolloutResult> {
    const watch = await this.watchFrom(sight);
    this.course = { watch, previous: undefined, refreshId: undefined };
    if (isInPlace(sight, this.request.launchTemplate.version)) return this.result(sight, false);
    checkProcesses(sight.group);
    watch.report.started(undefined, sight.group.desired);
    watch.tellPresent(sight);
    await this.followGroup(this.request.update.bakeMs);
    return this.finish();
  }

  /** Until all of it is in place, and was for the bake time. */
  private async followGroup(bakeMs: number): Promise<void> {
    const { watch } = this.course as Course;
    let inPlaceAt: number | undefined;
    for (;;) {
      const { problem, isDone } = await watch.look();
      if (problem) throw await failedError(this.context, this.course as Course, problem);
      const now = this.session.clock.now();
      if (!isDone) inPlaceAt = undefined;
      else if (inPlaceAt === undefined) {
        inPlaceAt = now;
        if (bakeMs > 0) watch.report.baking(bakeMs);
      }
      const until = inPlaceAt === undefined ? undefined : inPlaceAt + bakeMs;
      if (until !== undefined && now >= until) return;
      await sleepOr(watch.pauseMs(until), this.options.signal);
    }
  }

  private async watchFrom(sight: Sight, begunAt?: number): Promise<GroupWatch> {
    const watch = new GroupWatch(this.session, this.request, this.options, begunAt);
    await watch.begin(sight);
    return watch;
  }

  private finish(): RolloutResult {
    const { watch } = this.course as Course;
    watch.report.finished();
    return this.result(watch.lastSight, true);
  }

  private result({ instances }: Sight, changed: boolean): RolloutResult {
    const serving = instances.filter(({ phase }) => phase === 'healthy').map(({ id }) => id);
    return { activeGroup: this.group.name, instances: serving, changed };
  }
}

/** The version that the group comes from; undefined where it is at the wanted one. */
function previousOf({ group }: Sight, { launchTemplate }: RolloutRequest): number | undefined {
  const version = group.template?.version;
  return version === launchTemplate.version ? undefined : version;
}

/** Whether instances of another version are in the group, which has to replace them. */
function hasOthers({ instances }: Sight, { launchTemplate }: RolloutRequest): boolean {
  return instances.some(
    ({ version, phase }) => version !== launchTemplate.version && phase !== 'leaving' && phase !== 'standby',
  );
}
