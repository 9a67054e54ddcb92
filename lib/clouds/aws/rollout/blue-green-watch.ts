import { sleepOr } from '../call';
import type { AwsSession } from '../session';
import type { Colour } from './blue-green-colours';
import type { Consoles } from './consoles';
import { findLaunchFailure, launchProblem } from './launch-failure';
import { observe, type SeenInstance, type Sight } from './observe';
import type { AwsRolloutProblem } from './problem';
import { readActivities } from './read-activities';
import type { RolloutReport } from './rollout-report';
import type { RolloutRequest } from './rollout-request';
import { Trials } from './trials';

/** What a watch needs of its rollout. */
export interface WatchOptions {
  readonly request: Pick<RolloutRequest, 'launchTemplate' | 'update'>;
  readonly session: AwsSession;
  readonly consoles: Consoles;
  readonly signal: AbortSignal | undefined;
  readonly report: Pick<RolloutReport, 'look'>;
}

/** How a watch ended: with the instances that are healthy, or with what is wrong. */
export type Watched =
  | { readonly healthy: readonly SeenInstance[]; readonly problem?: undefined }
  | { readonly problem: AwsRolloutProblem; readonly healthy?: undefined };

/** Looks at one colour again and again: until all of it is healthy, then for as long as it must stay so. */
export class ColourWatch {
  private readonly begunAt: number;
  private readonly trials: Trials;
  /** When an instance last came, by AWS' clock. */
  private cameAt: number;

  constructor(
    private readonly colour: Pick<Colour, 'group'>,
    private readonly options: WatchOptions,
  ) {
    const { session, request } = options;
    this.begunAt = session.clock.now();
    this.cameAt = this.begunAt;
    this.trials = new Trials({
      version: request.launchTemplate.version,
      healthTimeoutMs: request.update.healthTimeoutMs,
      begunAt: this.begunAt,
      watchedSince: this.begunAt,
    });
  }

  /** @throws KilnError `aws.*`, `aws.cancelled` */
  async untilHealthy(wanted: number): Promise<Watched> {
    return this.look((healthy) => healthy.length >= wanted, wanted);
  }

  /** @throws KilnError `aws.*`, `aws.cancelled` */
  async for(ms: number, wanted: number): Promise<Watched> {
    const until = performance.now() + ms;
    return this.look((healthy) => healthy.length >= wanted && performance.now() >= until, wanted, until);
  }

  private async look(
    isDone: (healthy: readonly SeenInstance[]) => boolean,
    wanted: number,
    until = Number.POSITIVE_INFINITY,
  ): Promise<Watched> {
    const { session, request, signal } = this.options;
    for (let pause = session.timing.rolloutPollMs / 5; ; pause = session.timing.rolloutPollMs) {
      const sight = await observe(session, this.colour.group, request.launchTemplate, signal);
      if (!sight) return { problem: { kind: 'ended', instances: [], reason: 'its group is gone' } };
      const problem = await this.judge(sight, wanted);
      if (problem) return { problem };
      const healthy = this.wanted(sight).filter(({ phase }) => phase === 'healthy');
      if (isDone(healthy)) return { healthy };
      await sleepOr(Math.min(pause, this.untilDeadline(), Math.max(1, until - performance.now())), signal);
    }
  }

  private async judge(sight: Sight, wanted: number): Promise<AwsRolloutProblem | undefined> {
    const { session, consoles, signal, request, report } = this.options;
    // Until then is AWS' clock in whole seconds: an activity of the first moment counts too.
    const activities = await readActivities(session, this.colour.group.name, this.begunAt - 1000, signal);
    const now = session.clock.now();
    report.look(sight, now);
    const problem = this.trials.judge(sight, activities, now) ?? findLaunchFailure(activities);
    if (problem) return problem;
    await consoles.readInTime(sight, (id) => this.trials.share(id, now), signal);
    const present = this.wanted(sight).filter(({ phase }) => phase !== 'leaving').length;
    if (present >= wanted) this.cameAt = now;
    if (now - this.cameAt < request.update.healthTimeoutMs) return undefined;
    const failed = activities.find(({ status }) => status === 'Failed');
    if (failed) return launchProblem(failed);
    const reason = `its group has ${present} of ${wanted} instances of this version, and no more came in time`;
    const suspended = sight.group.suspended.join(', ');
    return {
      kind: 'stalled',
      instances: [],
      reason: suspended === '' ? reason : `${reason}; suspended by hand: ${suspended}`,
      remedy: "Look at the group's activities in the console of AWS.",
    };
  }

  /** An instance of another version, put there by hand, serves nobody's purpose. */
  private wanted({ instances }: Sight): SeenInstance[] {
    return instances.filter(({ version }) => version === this.options.request.launchTemplate.version);
  }

  private untilDeadline(): number {
    const deadline = this.trials.nextDeadline();
    if (deadline === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(1, deadline - this.options.session.clock.now());
  }
}
