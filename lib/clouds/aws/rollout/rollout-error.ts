import { KilnError } from '../../../errors';
import type { Consoles } from './consoles';
import type { SeenInstance } from './observe';
import { type AwsRolloutProblem, answerOf } from './problem';

/** More of them say the same. */
const MOST = 3;

/** What an error of a rollout is made of. */
export interface FailedRollout {
  readonly service: string;
  readonly problem: AwsRolloutProblem;
  /** Undefined: none was looked at. */
  readonly consoles: Consoles | undefined;
  /** What was done about it, and what AWS goes on doing: `it was rolled back to version 6`. */
  readonly outcome: string;
  /** One line, see `servingText`; undefined where it could not be looked at. */
  readonly serves: string | undefined;
  /** @default - the problem's */
  readonly remedy?: string | undefined;
}

/** `rollout.failed`, or `rollout.cancelled` where the signal ended it: who, which check, what it answered, consoles, what serves. */
export function rolloutError(failed: FailedRollout): KilnError {
  const { service, problem, outcome, serves } = failed;
  const [first] = problem.instances;
  const others = problem.instances.length - 1;
  const who = first === undefined ? '' : `${first.id}${others > 0 ? ` and ${others} more` : ''}: `;
  const isCancelled = problem.kind === 'cancelled';
  const what = isCancelled ? 'was cancelled' : `failed; ${who}${problem.reason}`;
  const remedy = failed.remedy ?? problem.remedy;
  const detail = [
    ...problem.instances.slice(0, MOST).map((one) => describe(one, failed.consoles)),
    ...(serves === undefined ? [] : [`serves now: ${serves}`]),
  ].join('\n');
  return new KilnError(`the rollout of '${service}' ${what}; ${outcome}`, {
    code: isCancelled ? 'rollout.cancelled' : 'rollout.failed',
    ...(remedy === undefined ? {} : { remedy }),
    ...(detail === '' ? {} : { detail }),
  });
}

function describe(instance: SeenInstance, consoles: Consoles | undefined): string {
  const { id, version, group } = instance;
  const machine = `${group.instanceType} in ${group.zone}`;
  return [
    `${id} (version ${version}, ${machine})`,
    `  check: ${answerOf(instance)}`,
    ...(consoles === undefined ? [] : [consoles.render(id)]),
  ].join('\n');
}

/** `2 instances of version 6 (i-1, i-2), 1 of version 7 (i-3)`; `nothing`. */
export function servingText(instances: readonly SeenInstance[]): string {
  const byVersion = new Map<number, string[]>();
  for (const { id, version, phase } of instances)
    if (phase === 'healthy') byVersion.set(version, [...(byVersion.get(version) ?? []), id]);
  const parts = [...byVersion].map(([version, ids], index) => {
    const noun = index > 0 ? '' : ids.length === 1 ? ' instance' : ' instances';
    const what = Number.isNaN(version) ? 'another launch template' : `version ${version}`;
    return `${ids.length}${noun} of ${what} (${ids.join(', ')})`;
  });
  return parts.join(', ') || 'nothing';
}
