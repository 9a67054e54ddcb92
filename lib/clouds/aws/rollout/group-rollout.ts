import { KilnError } from '../../../errors';
import { type RefreshPreferences, refreshPreferences } from '../../../rollout';
import { cancelled, inBrief } from '../aws-error';
import { sleepOr } from '../call';
import { faultBehind } from '../fault';
import type { AwsSession } from '../session';
import { checkGroup, checkProcesses, missingGroup } from './check-group';
import { abandon, goBack, type Undo } from './go-back';
import { observe, type Sight } from './observe';
import type { AwsRolloutProblem } from './problem';
import { type GroupState, readGroup } from './read-group';
import { type Refresh, startRefresh } from './refresh';
import { rolloutError, servingText } from './rollout-error';
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

/** What is under way, for when it must be undone. */
interface Course {
  readonly watch: GroupWatch;
  /** Undefined where the group is only watched. */
  readonly refreshId: string | undefined;
  /** The version to go back to. */
  readonly previous: number | undefined;
}

class GroupRollout {
  private course: Course | undefined;
  private readonly group: RolloutGroup;

  constructor(
    private readonly request: RolloutRequest,
    private readonly session: AwsSession,
    private readonly options: RolloutOptions,
  ) {
    this.group = request.groups[0] as RolloutGroup;
  }

  async run(): Promise<RolloutResult> {
    try {
      return await this.rollOut();
    } catch (error) {
      if (this.options.signal?.aborted && KilnError.is(error) && error.code === 'aws.cancelled')
        throw await this.cancelledError();
      throw (await this.isGone(error)) ? missingGroup(this.group.name, this.request) : this.outlived(error);
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
    refreshPreferences(this.request.update, Math.max(1, before.group.desired), this.request.alarms);
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
    return this.finish(true);
  }

  private async start(group: GroupState, previous: number | undefined): Promise<string> {
    const { request, session } = this;
    for (;;) {
      const id = await startRefresh(
        session,
        group,
        request.launchTemplate,
        this.preferencesFor(group, previous),
      );
      if (id !== undefined) return id;
      const found = await this.settle();
      if (found) return found.id;
    }
  }

  private preferencesFor(group: GroupState, previous: number | undefined): RefreshPreferences {
    const { update, alarms } = this.request;
    const preferences = refreshPreferences(update, Math.max(1, group.desired), alarms);
    const asksBalancers = group.asksBalancers || this.group.targetGroupArns.length === 0;
    return {
      ...preferences,
      autoRollback: preferences.autoRollback && previous !== undefined,
      // A group that asks only EC2 would take an instance for ready as soon as its machine runs.
      instanceWarmupS: asksBalancers ? preferences.instanceWarmupS : Math.ceil(update.healthTimeoutMs / 1000),
    };
  }

  private async followRefresh(refreshId: string): Promise<void> {
    const { watch } = this.course as Course;
    const { bakeMs } = this.request.update;
    let bakedAt: number | undefined;
    for (;;) {
      const { problem, refresh, isDone } = await watch.look(refreshId);
      if (problem) throw await this.failed(problem);
      if (refresh?.status === 'Successful') {
        this.course = { watch, previous: undefined, refreshId: undefined };
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
    return this.finish(true);
  }

  /** Until all of it is in place, and was for the bake time. */
  private async followGroup(bakeMs: number): Promise<void> {
    const { watch } = this.course as Course;
    let inPlaceAt: number | undefined;
    for (;;) {
      const { problem, isDone } = await watch.look();
      if (problem) throw await this.failed(problem);
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

  private async finish(changed: boolean): Promise<RolloutResult> {
    const { watch } = this.course as Course;
    watch.report.finished();
    return this.result(watch.lastSight, changed);
  }

  private result({ instances }: Sight, changed: boolean): RolloutResult {
    const serving = instances.filter(({ phase }) => phase === 'healthy').map(({ id }) => id);
    return { activeGroup: this.group.name, instances: serving, changed };
  }

  private async failed(problem: AwsRolloutProblem): Promise<KilnError> {
    const { watch, refreshId, previous } = this.course as Course;
    const { request } = this;
    // Before anything is told to go: what is terminated loses its console.
    await watch.consoles.read(
      problem.instances.map(({ id }) => id),
      this.options.signal,
    );
    watch.report.problem(
      problem,
      refreshId !== undefined && previous !== undefined && request.update.rollback,
    );
    const outcome =
      refreshId === undefined
        ? 'Auto Scaling goes on replacing what fails, and the next apply goes on from there'
        : await goBack(this.undo({ watch, refreshId, previous }), request.update.rollback);
    return rolloutError({
      service: request.service,
      problem,
      consoles: watch.consoles,
      outcome,
      serves: await this.serves(),
    });
  }

  private async cancelledError(): Promise<KilnError> {
    const { course, request } = this;
    const outcome =
      course?.refreshId === undefined
        ? 'nothing is to be undone, and the next apply goes on from what is there'
        : await abandon(this.undo({ ...course, refreshId: course.refreshId }));
    if (course?.refreshId !== undefined) course.watch.report.tell('rolling-back', outcome);
    return rolloutError({
      service: request.service,
      problem: { kind: 'cancelled', instances: [], reason: '' },
      consoles: course?.watch.consoles,
      outcome,
      serves: course && (await this.serves()),
    });
  }

  private undo(course: Course & { readonly refreshId: string }): Undo {
    return { ...course, session: this.session, request: this.request, signal: this.options.signal };
  }

  private async serves(): Promise<string | undefined> {
    try {
      const signal = AbortSignal.timeout(this.session.timing.cleanUpMs);
      return servingText((await (this.course as Course).watch.see(signal)).instances);
    } catch {
      return undefined;
    }
  }

  /** An error that ended the watching, not the refresh: AWS goes on without anybody watching. */
  private outlived(error: unknown): unknown {
    const refreshId = this.course?.refreshId;
    if (refreshId === undefined || !KilnError.is(error) || error.code.startsWith('rollout.')) return error;
    const { version } = this.request.launchTemplate;
    return new KilnError(
      `${error.message}; AWS goes on with '${this.request.service}' to version ${version} by itself, unwatched (instance refresh ${refreshId})`,
      {
        code: error.code,
        remedy: `${error.remedy ?? 'Mend that and apply again.'} The next apply takes the rollout up where it is then.`,
        detail: inBrief(error),
        cause: error,
      },
    );
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
