import { Duration } from '../../../units';
import type { SeenInstance } from './observe';
import { targetGroupName } from './read-targets';

/** What ends the way forward. */
export interface AwsRolloutProblem {
  /**
   * `crashed`: an instance ended, or its group gave it up; `health-timeout`: it was not healthy in time; `became-unhealthy`: it
   * was and is no more; `launch-failed`: EC2 launches none; `stalled`: none came for a whole health timeout; `ended`: the
   * refresh ended or turned back by itself, by an alarm or by somebody's hand.
   */
  readonly kind: 'crashed' | 'health-timeout' | 'became-unhealthy' | 'launch-failed' | 'stalled' | 'ended';
  /** Those that showed it, as they were last seen. */
  readonly instances: readonly SeenInstance[];
  /** One clause, as one reads it after the name of the instance, or of the service where there is none. */
  readonly reason: string;
  readonly remedy?: string | undefined;
}

export function timeoutProblem(
  instances: readonly SeenInstance[],
  healthTimeoutMs: number,
): AwsRolloutProblem {
  const limit = `${Duration.milliseconds(healthTimeoutMs)}`;
  const [first] = instances;
  return {
    kind: 'health-timeout',
    instances,
    reason: `not healthy within ${limit}${first === undefined ? '' : ` (${answerOf(first)})`}`,
    remedy: "Its console is below; if it only needs longer to boot, raise 'healthTimeout'.",
  };
}

/** Which check an instance does not pass, and what that answered. */
export function answerOf({ group, machine, targets, phase }: SeenInstance): string {
  const ended = machine !== undefined && !['pending', 'running'].includes(machine.state);
  if (ended) return `its machine is ${machine.state}${machine.reason ? `: ${machine.reason}` : ''}`;
  const failing = targets.filter(({ state }) => state !== 'healthy');
  if (failing.length > 0) return failing.map(targetAnswer).join('; ');
  if (!group.isHealthy) return 'its group found it unhealthy';
  if (group.lifecycle !== 'InService') return `its group has it as ${group.lifecycle}`;
  return phase === 'healthy' ? 'every check passes' : 'no target group has it yet';
}

function targetAnswer({ targetGroupArn, port, state, reason, description }: SeenInstance['targets'][number]) {
  const what = [reason, description].filter((part) => part !== undefined && part !== '').join(': ');
  const where = `target group ${targetGroupName(targetGroupArn)}${port === undefined ? '' : `, port ${port}`}`;
  return `${where}: ${state}${what === '' ? '' : `, ${what}`}`;
}
