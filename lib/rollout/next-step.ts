import { prepareNew, restoreOld, retireOthers } from './blue-green';
import { findProblem, onTrial } from './find-problem';
import { turnBack } from './progress';
import { replaceWith } from './replace';
import { rollBack, rollForward } from './rolling';
import type { Move, RolloutDecision, RolloutInput, RolloutOutcome, RolloutProgress } from './rollout-types';
import { scaleTo } from './scale';
import { watchWait } from './watch-wait';

/**
 * The rollout rule (design decision 6): what is to be done now, given the policy and what is observed. Pure: the same
 * input gives the same answer. Call it when anything changed, and at `wakeAt`; keep the progress, then act, then call
 * again with what is observed, until the outcome is not `running`.
 */
export function nextStep(input: RolloutInput): RolloutDecision {
  const problem = findProblem(input);
  if (problem) return goBack(input, problem);
  return input.progress.direction === 'forward' ? forward(input) : back(input);
}

function goBack(input: RolloutInput, problem: RolloutProgress['problem']): RolloutDecision {
  if (!input.policy.rollback) return end('failed', { ...input.progress, problem });
  return nextStep({ ...input, progress: turnBack(input.progress, problem, input.now) });
}

function forward(input: RolloutInput): RolloutDecision {
  const move = moveForward(input);
  const watched = watchWait(input, move);
  // Only a scale waits for instances that are not on trial; for it, and only for it, a wait can last for ever.
  if (watched.stalled && input.progress.kind === 'scale') {
    return goBack(input, { kind: 'stalled', instance: watched.instance });
  }
  const { progress } = watched;
  if (!move.reached) return running({ ...progress, reachedAt: null }, move, 'moving', nextTimeout(input));
  const reachedAt = progress.reachedAt ?? input.now;
  const reached = { ...progress, reachedAt };
  const wait = waitOf(input);
  if (input.now < reachedAt + wait.bakeMs) return running(reached, move, 'baking', reachedAt + wait.bakeMs);
  const end = reachedAt + wait.bakeMs + wait.pauseMs;
  if (input.now < end) return running(reached, move, 'pausing', end);
  return proceed(input, move, reached);
}

/** A step is done and has been watched long enough. */
function proceed(input: RolloutInput, move: Move, progress: RolloutProgress): RolloutDecision {
  if (progress.step < canarySteps(input)) {
    return nextStep({ ...input, progress: { ...progress, step: progress.step + 1, reachedAt: null } });
  }
  if (progress.serves === 'old') {
    const switched: RolloutProgress = { ...progress, serves: 'new', reachedAt: null };
    const next = nextStep({ ...input, progress: switched });
    const actions = [{ kind: 'switch', to: 'new' } as const, ...next.actions];
    // The switch is an action, so the answer is not final even where no old instance has to leave.
    return {
      ...next,
      actions,
      outcome: 'running',
      wakeAt: next.outcome === 'running' ? next.wakeAt : input.now,
    };
  }
  return move.settled ? end('finished', progress) : running(progress, move, 'moving', null);
}

function back(input: RolloutInput): RolloutDecision {
  const move = moveBack(input);
  const { progress, stalled, instance } = watchWait(input, move);
  if (move.reached && move.settled) return end('rolled-back', progress);
  if (stalled) {
    // The old version does not become healthy either: leave in service whatever is, rather than wait for ever.
    return end('failed', { ...progress, problem: progress.problem ?? { kind: 'stalled', instance } });
  }
  const switched = move.actions.some((action) => action.kind === 'switch');
  const wakeAt = move.reached ? null : watchedUntil(input, progress);
  return running(switched ? { ...progress, serves: 'old' } : progress, move, 'moving', wakeAt);
}

function moveForward(input: RolloutInput): Move {
  const { policy, progress, desired } = input;
  if (progress.kind === 'scale') return scaleTo(desired, input);
  if (policy.strategy === 'rolling') return rollForward(input);
  if (policy.strategy === 'replace') return replaceWith('new', input);
  return progress.serves === 'new' ? retireOthers(input) : prepareNew(input);
}

function moveBack(input: RolloutInput): Move {
  const { policy, progress, oldDesired } = input;
  if (progress.kind === 'scale') return scaleTo(oldDesired, input);
  if (policy.strategy === 'rolling') return rollBack(input);
  return policy.strategy === 'replace' ? replaceWith('old', input) : restoreOld(input);
}

/** Canary steps that this rollout takes: none without an old version to compare with. */
function canarySteps({ policy, progress, oldDesired }: RolloutInput): number {
  const taken = progress.kind === 'update' && policy.strategy === 'rolling' && oldDesired > 0;
  return taken ? policy.steps.length : 0;
}

/** Nothing is baked twice after a switch, nor when a scale made nothing. */
function waitOf(input: RolloutInput): { readonly bakeMs: number; readonly pauseMs: number } {
  const { policy, progress } = input;
  const done = progress.kind === 'update' && progress.serves === 'new';
  if (done || onTrial(input).length === 0) return { bakeMs: 0, pauseMs: 0 };
  const step = progress.step < canarySteps(input) ? policy.steps[progress.step] : undefined;
  return { bakeMs: policy.bakeMs, pauseMs: step?.pauseMs ?? 0 };
}

/** The first health timeout of an instance that is on trial, or of a wait that is watched. */
function nextTimeout(input: RolloutInput): number | null {
  const { policy, progress } = input;
  const times = onTrial(input)
    .filter((one) => one.phase === 'starting')
    .map((one) => one.since + policy.healthTimeoutMs);
  if (progress.kind === 'scale') times.push(watchedUntil(input, progress));
  return times.length === 0 ? null : Math.min(...times);
}

function watchedUntil({ policy }: RolloutInput, progress: RolloutProgress): number {
  return progress.bestAt + policy.healthTimeoutMs;
}

function running(
  progress: RolloutProgress,
  move: Move,
  stage: RolloutDecision['stage'],
  wakeAt: number | null,
): RolloutDecision {
  return { actions: move.actions, progress, stage, wakeAt, outcome: 'running' };
}

function end(outcome: RolloutOutcome, progress: RolloutProgress): RolloutDecision {
  return { actions: [], progress, stage: 'moving', wakeAt: null, outcome };
}
