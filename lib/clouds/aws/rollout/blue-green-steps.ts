import { KilnError } from '../../../errors';
import { Duration } from '../../../units';
import { inBrief } from '../aws-error';
import { poll } from '../poll';
import type { AwsSession } from '../session';
import type { Colour } from './blue-green-colours';
import { ProblemError } from './blue-green-failure';
import { ColourWatch } from './blue-green-watch';
import { readWeights, switchTo } from './blue-green-weights';
import type { Consoles } from './consoles';
import { observe, type SeenInstance } from './observe';
import type { RolloutReport } from './rollout-report';
import type { RolloutRequest } from './rollout-request';
import { EMPTY, setSize } from './set-size';

/** What the steps of one blue/green rollout share. */
export interface BlueGreenRun {
  readonly request: RolloutRequest;
  readonly session: AwsSession;
  readonly signal: AbortSignal | undefined;
  readonly consoles: Consoles;
  readonly report: RolloutReport;
}

/**
 * Waits until so many are healthy, and watches them for the bake time.
 *
 * @throws ProblemError where they are not; KilnError `aws.*`
 */
export async function settle(
  run: BlueGreenRun,
  colour: Colour,
  wanted: number,
  bakeMs: number,
): Promise<readonly SeenInstance[]> {
  const watch = new ColourWatch(colour, run);
  let watched = await watch.untilHealthy(wanted);
  if (watched.healthy && bakeMs > 0) {
    run.report.tell('baking', `watching ${colour.name} for ${Duration.milliseconds(bakeMs)}`);
    watched = await watch.for(bakeMs, wanted);
  }
  if (watched.problem) throw new ProblemError(watched.problem);
  return watched.healthy;
}

/** Sends all listeners to a colour. @throws KilnError `rollout.switch`, `rollout.listener`, `aws.*` */
export async function pointAt({ session, request, signal }: BlueGreenRun, colour: Colour): Promise<void> {
  const { listeners = [], groups } = request;
  await switchTo(session, await readWeights(session, listeners, groups, signal), groups, colour.index);
}

/** Instances of another version must be on their way before the group gets its new size, or they would count. */
export async function clear(run: BlueGreenRun, colour: Colour): Promise<void> {
  run.report.tell('notice', `${colour.name} still has instances of another version, which go first`);
  await setSize(run.session, colour.group.name, EMPTY);
  await untilNone(run, colour, (phase) => phase !== 'leaving');
}

/** Lets a colour finish its connections and end. Its group goes on where nobody waits for it any more. */
export async function empty(run: BlueGreenRun, colour: Colour): Promise<void> {
  const { session, signal, report } = run;
  await setSize(session, colour.group.name, EMPTY);
  report.tell('instance-draining', `${colour.name} finishes its connections, then ends`);
  try {
    await untilNone(run, colour, () => true);
    report.tell('instance-stopped', `${colour.name} is empty`);
  } catch (error) {
    const isLate = KilnError.is(error) && error.code === 'aws.timeout';
    if (!signal?.aborted && !isLate) throw error;
    report.tell('notice', `${colour.name} goes on to empty by itself`);
  }
}

/** @returns why it did not work; undefined where it did */
export async function tryTo(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return inBrief(error);
  }
}

async function untilNone(
  { session, request, signal }: BlueGreenRun,
  { group, name }: Colour,
  counts: (phase: SeenInstance['phase']) => boolean,
): Promise<void> {
  await poll(session, `${name} (${group.name}) to be empty`, signal, async () => {
    const sight = await observe(session, group, request.launchTemplate, signal);
    return sight?.instances.some(({ phase }) => counts(phase)) ? undefined : true;
  });
}
