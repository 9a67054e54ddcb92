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
  readonly consoles: Consoles;
  /** What was done about it, and what AWS goes on doing: `it was rolled back to version 6`. */
  readonly outcome: string;
  /** One line, see `servingText`; undefined where it could not be looked at. */
  readonly serves: string | undefined;
}

/** `rollout.failed`: who, which check, what it answered, consoles, what serves. */
export function failedRollout(failed: FailedRollout): KilnError {
  const { service, problem, outcome, serves } = failed;
  const { remedy } = problem;
  const [first] = problem.instances;
  const others = problem.instances.length - 1;
  const who = first === undefined ? '' : `${first.id}${others > 0 ? ` and ${others} more` : ''}: `;
  const detail = [
    ...problem.instances.slice(0, MOST).map((one) => describe(one, failed.consoles)),
    ...servesNow(serves),
  ].join('\n');
  return new KilnError(`the rollout of '${service}' failed; ${who}${problem.reason}; ${outcome}`, {
    code: 'rollout.failed',
    ...(remedy === undefined ? {} : { remedy }),
    ...(detail === '' ? {} : { detail }),
  });
}

/** `rollout.cancelled`: the signal ended it. */
export function cancelledRollout(service: string, outcome: string, serves?: string): KilnError {
  const [detail] = servesNow(serves);
  return new KilnError(`the rollout of '${service}' was cancelled; ${outcome}`, {
    code: 'rollout.cancelled',
    ...(detail === undefined ? {} : { detail }),
  });
}

function servesNow(serves: string | undefined): string[] {
  return serves === undefined ? [] : [`serves now: ${serves}`];
}

function describe(instance: SeenInstance, consoles: Consoles): string {
  const { id, version, group } = instance;
  const machine = `${group.instanceType} in ${group.zone}`;
  return [
    `${id} (version ${version}, ${machine})`,
    `  check: ${answerOf(instance)}`,
    consoles.render(id),
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
