import type { SeenInstance, Sight } from './observe';
import { type AwsRolloutProblem, answerOf, timeoutProblem } from './problem';
import { findGivingUp, type ScalingActivity } from './read-activities';

/** Spot capacity that AWS took back says nothing of the version. */
const TAKEN_BACK = /^Server\.SpotInstance/;

/** A group launches for a while before anybody looks: Terraform goes on to other things in between. */
const MARGIN_MS = 60_000;

/** What is remembered of an instance of the new version from look to look. */
interface Trial {
  seen: SeenInstance;
  /** When its time to become healthy began; ms of AWS' clock. */
  since: number;
  wasHealthy: boolean;
  /** False: it was there long before, and its failing now is its group's business. */
  readonly isNew: boolean;
}

export interface TrialOptions {
  /** The version on trial. */
  readonly version: number;
  readonly healthTimeoutMs: number;
  /** When the way to this version began, by AWS' clock: what was launched before has proved itself. */
  readonly begunAt: number;
  /** When it began to be watched, by AWS' clock: nobody's time ends before a whole health timeout was watched. */
  readonly watchedSince: number;
}

/** Judges the instances of a new version by what was seen of them (the local rule's `findProblem`, with AWS' signs). */
export class Trials {
  private readonly trials = new Map<string, Trial>();
  /** Instances as they were before they ended, with what the balancers said then. */
  private readonly alive = new Map<string, SeenInstance>();
  /** When it last judged. */
  private lookedAt: number | undefined;

  constructor(private readonly options: TrialOptions) {}

  /**
   * @param now by AWS' clock
   * @param activities what the group did since `begunAt`
   */
  judge(
    { instances }: Pick<Sight, 'instances'>,
    activities: readonly ScalingActivity[],
    now: number,
  ): AwsRolloutProblem | undefined {
    const present = instances.filter((one) => one.version === this.options.version);
    const gone = this.takeGone(present);
    for (const one of present) this.note(one, now);
    this.lookedAt = now;
    return this.findCrash(present, gone, activities) ?? this.findSick(present) ?? this.findLate(present, now);
  }

  /** When the next instance runs out of time; undefined where none can. */
  nextDeadline(): number | undefined {
    const waiting = [...this.trials.values()].filter(({ seen }) => isWaitedFor(seen));
    if (waiting.length === 0) return undefined;
    return Math.min(...waiting.map(({ since }) => since + this.options.healthTimeoutMs));
  }

  /** How much of its time an instance has used, from 0 to 1; 0 where it is not waited for. */
  share(id: string, now: number): number {
    const trial = this.trials.get(id);
    if (trial === undefined || !isWaitedFor(trial.seen)) return 0;
    return Math.min(1, (now - trial.since) / this.options.healthTimeoutMs);
  }

  private note(seen: SeenInstance, now: number): void {
    const { begunAt, watchedSince, healthTimeoutMs } = this.options;
    const known = this.trials.get(seen.id);
    if (seen.phase !== 'failed' && seen.phase !== 'leaving') this.alive.set(seen.id, seen);
    const isHealthy = seen.phase === 'healthy';
    if (known === undefined) {
      // Not there at the last look, so launched since: AWS' times and this machine's are only so far alike.
      const earliest = this.lookedAt ?? watchedSince;
      const since = Math.min(now, Math.max(seen.launchedAt ?? now, earliest));
      const isNew =
        this.lookedAt !== undefined || (seen.launchedAt ?? now) >= begunAt - healthTimeoutMs - MARGIN_MS;
      this.trials.set(seen.id, { seen, since, wasHealthy: isHealthy, isNew });
      return;
    }
    // One that lost its health without failing a check gets its time anew: its group may be moving it.
    if (known.seen.phase === 'healthy' && !isHealthy) known.since = now;
    known.seen = seen;
    known.wasHealthy ||= isHealthy;
  }

  private takeGone(present: readonly SeenInstance[]): Trial[] {
    const gone = [...this.trials.values()].filter(({ seen }) => !present.some(({ id }) => id === seen.id));
    for (const { seen } of gone) this.trials.delete(seen.id);
    return gone;
  }

  private findCrash(
    present: readonly SeenInstance[],
    gone: readonly Trial[],
    activities: readonly ScalingActivity[],
  ): AwsRolloutProblem | undefined {
    const crashed = present.filter(
      (one) => one.phase === 'failed' && this.trials.get(one.id)?.isNew && !isTakenBack(one),
    );
    const [first] = crashed;
    if (first) return this.crash(first, crashed, activities);
    for (const { seen, isNew } of gone)
      if (isNew && !isTakenBack(seen) && findGivingUp(activities, seen.id) !== undefined)
        return this.crash(seen, [seen], activities);
    return undefined;
  }

  /** Where a group gave an instance up, the reason is what its checks answered, and not that it was then ended. */
  private crash(
    first: SeenInstance,
    crashed: readonly SeenInstance[],
    activities: readonly ScalingActivity[],
  ): AwsRolloutProblem {
    if (hasEndedItself(first))
      return { kind: 'crashed', instances: crashed, reason: `it ended: ${answerOf(first)}` };
    const cause = findGivingUp(activities, first.id)?.cause;
    const why = cause === undefined ? '' : ` after an ${inShort(cause)}`;
    const instances = crashed.map((one) => this.alive.get(one.id) ?? one);
    return {
      kind: 'crashed',
      instances,
      reason: `its group gave it up${why} (${answerOf(instances[0] ?? first)})`,
    };
  }

  private findSick(present: readonly SeenInstance[]): AwsRolloutProblem | undefined {
    const sick = present.filter(({ id, phase }) => {
      const trial = this.trials.get(id);
      return phase === 'unhealthy' && trial?.wasHealthy === true && trial.isNew;
    });
    const [first] = sick;
    if (first === undefined) return undefined;
    return {
      kind: 'became-unhealthy',
      instances: sick,
      reason: `it was healthy and is no more (${answerOf(first)})`,
    };
  }

  private findLate(present: readonly SeenInstance[], now: number): AwsRolloutProblem | undefined {
    const { healthTimeoutMs } = this.options;
    const late = present.filter((one) => {
      const trial = this.trials.get(one.id);
      return trial !== undefined && isWaitedFor(one) && now - trial.since >= healthTimeoutMs;
    });
    return late.length === 0 ? undefined : timeoutProblem(late, healthTimeoutMs);
  }
}

function isWaitedFor({ phase }: SeenInstance): boolean {
  return phase === 'starting' || phase === 'unhealthy' || phase === 'failed';
}

/** A group ends what it gives up, which EC2 calls the user's doing. */
function hasEndedItself({ machine }: SeenInstance): boolean {
  const reason = machine?.reason ?? '';
  return reason !== '' && !reason.startsWith('Client.UserInitiatedShutdown');
}

function isTakenBack({ machine }: SeenInstance): boolean {
  return TAKEN_BACK.test(machine?.reason ?? '');
}

/** `ELB system health check failure`, of what Auto Scaling says with a time before it and several words around it. */
function inShort(cause: string): string {
  return cause.replace(/^.*in response to (an? )?/s, '').replace(/\.$/, '');
}
