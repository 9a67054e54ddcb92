import { KilnError } from '../../../errors';
import type { AwsSession } from '../session';
import { type Colour, findStand, firstColour, hasCapacity, isAt, type Stand } from './blue-green-colours';
import { blueGreenError, ProblemError } from './blue-green-failure';
import { type BlueGreenRun, clear, empty, pointAt, settle, tryTo } from './blue-green-steps';
import { allPointAt, leadToBoth, other } from './blue-green-weights';
import { checkProcesses } from './check-group';
import { Consoles } from './consoles';
import type { SeenInstance } from './observe';
import { cancelledRollout } from './rollout-error';
import { RolloutReport } from './rollout-report';
import type { RolloutOptions, RolloutRequest, RolloutResult } from './rollout-request';
import { EMPTY, type GroupSize, setSize } from './set-size';

/**
 * Moves a service from one of two groups to the other: fills it, waits until all of it is healthy, switches the listeners
 * once, empties the old one. It keeps nothing between runs: where an earlier one ended, AWS shows.
 *
 * @throws KilnError `rollout.failed`, `rollout.cancelled`, `rollout.switch`: the old colour serves on, and the new one was
 * emptied unless the policy says otherwise; `rollout.not-emptied`; before anything is changed `rollout.group-missing`,
 * `rollout.changed-by-hand`, `rollout.group`, `rollout.listener`; `aws.*`
 */
export async function rollOutBlueGreen(
  request: RolloutRequest,
  session: AwsSession,
  { signal, onEvent }: RolloutOptions = {},
): Promise<RolloutResult> {
  const consoles = new Consoles(session);
  const run: BlueGreenRun = {
    request,
    session,
    signal,
    consoles,
    report: new RolloutReport(request, onEvent),
  };
  const stand = await findStand(session, request, signal).catch((error) => {
    throw signal?.aborted ? cancelledRollout(request.service, 'nothing was begun') : error;
  });
  const { serving } = stand;
  return serving && isAt(serving, request.launchTemplate) ? keep(run, stand, serving) : takeOver(run, stand);
}

/** The wanted version serves: its size may be another one, and what an earlier run left undone is done. */
async function keep(run: BlueGreenRun, stand: Stand, serving: Colour): Promise<RolloutResult> {
  const { session, request, report } = run;
  const { min, max, desired } = serving.sight.group;
  const before: GroupSize = { min, max, desired };
  const size = sizeFor(request, serving);
  const isResized = min !== size.min || max !== size.max || desired !== size.desired;
  const idle = stand.colours[other(serving.index)];
  const isLeft = hasCapacity(idle);
  const isWhole = stand.listeners.every(({ missing }) => missing.length === 0);
  const changed = isResized || isLeft || !stand.isSettled || !isWhole;
  if (changed) report.tell('rollout-started', `${serving.name} serves, and is to have ${sizeText(size)}`);
  report.begin(serving.sight);
  try {
    await leadToBoth(session, stand.listeners);
    if (isResized) await setSize(session, serving.group.name, size);
    const healthy = await settle(run, serving, size.desired, 0);
    if (!stand.isSettled) await pointAt(run, serving);
    if (isLeft) await empty(run, idle);
    if (changed) report.finished();
    return { activeGroup: serving.group.name, instances: healthy.map(({ id }) => id), changed };
  } catch (error) {
    const undo = isResized && request.update.rollback;
    const stuck = undo ? await tryTo(() => setSize(session, serving.group.name, before)) : undefined;
    const done = stuck === undefined ? 'its size was set back' : `its size could not be set back: ${stuck}`;
    throw blueGreenError(run, error, undo ? done : 'nothing was changed back', textOf(serving));
  }
}

async function takeOver(run: BlueGreenRun, stand: Stand): Promise<RolloutResult> {
  const { session, request, report } = run;
  const { serving: old } = stand;
  const next = old ? stand.colours[other(old.index)] : firstColour(stand);
  const size = sizeFor(request, old);
  checkProcesses(next.sight.group);
  report.started(old?.sight.group.template?.version, size.desired);
  let healthy: readonly SeenInstance[];
  try {
    await leadToBoth(session, stand.listeners);
    // A switch that was cut short is undone before the new colour's instances are touched.
    if (old && !allPointAt(stand.listeners, old.index)) await pointAt(run, old);
    if (hasCapacity(next) && !isAt(next, request.launchTemplate)) await clear(run, next);
    report.tell('batch-started', `starting ${sizeText(size)} in ${next.name}`);
    await setSize(session, next.group.name, size, request.launchTemplate);
    healthy = await settle(run, next, size.desired, request.update.bakeMs);
    run.signal?.throwIfAborted();
    await pointAt(run, next);
  } catch (error) {
    throw await goBack(run, error, old, next);
  }
  report.tell('notice', `new connections go to ${next.name}`);
  if (old) {
    const stuck = await tryTo(() => empty(run, old));
    if (stuck !== undefined) throw notEmptied(run, old, next, stuck);
  }
  report.finished();
  return { activeGroup: next.group.name, instances: healthy.map(({ id }) => id), changed: true };
}

/** Empties the colour that did not make it, unless it is to be looked at. */
async function goBack(
  run: BlueGreenRun,
  error: unknown,
  old: Colour | undefined,
  next: Colour,
): Promise<KilnError> {
  const { session, request, signal, consoles, report } = run;
  const serves = old ? textOf(old) : 'nothing, since there was no version before';
  // Before the instances go: their consoles go with them.
  if (error instanceof ProblemError) await consoles.read(error.problem.instances.map(({ id }) => id));
  if (!request.update.rollback && !signal?.aborted)
    return blueGreenError(run, error, `${next.name} (${next.group.name}) stays as it is`, serves);
  report.tell('rolling-back', `${next.name} is emptied`);
  const stuck = await tryTo(() => setSize(session, next.group.name, EMPTY));
  if (stuck === undefined) report.tell('rolled-back', `serves now: ${serves}`);
  const outcome =
    stuck === undefined
      ? `${next.name} was emptied`
      : `${next.name} could not be emptied, which the next apply does: ${stuck}`;
  return blueGreenError(run, error, outcome, serves);
}

/** The new version serves by now: only the end of the old one is missing. */
function notEmptied({ request }: BlueGreenRun, old: Colour, next: Colour, why: string): KilnError {
  const { service, launchTemplate } = request;
  return new KilnError(
    `'${service}' is at version ${launchTemplate.version}, but ${old.name} (${old.group.name}) was not emptied`,
    {
      code: 'rollout.not-emptied',
      remedy: 'Apply again: it only empties it.',
      detail: `${why}\nserves now: ${textOf(next)}`,
    },
  );
}

/** The declared size; where it is a range, with the number that scaling made of it. */
function sizeFor({ size, service }: RolloutRequest, serving: Colour | undefined): GroupSize {
  if (size === undefined)
    throw new KilnError(`the rollout of '${service}' is blue/green and has no 'size'`, {
      code: 'rollout.group',
    });
  const { min, max } = size;
  const desired = serving && min !== max ? serving.sight.group.desired : size.desired;
  return { min, max, desired: Math.min(max, Math.max(min, desired)) };
}

function textOf({ name, group }: Colour): string {
  return `${name} (${group.name})`;
}

function sizeText({ min, max, desired }: GroupSize): string {
  const count = `${desired} ${desired === 1 ? 'instance' : 'instances'}`;
  return min === max ? count : `${count}, ${min} to ${max}`;
}
