import type { AwsSession } from '../session';
import type { RolloutOptions, RolloutRequest, RolloutResult } from './rollout-request';

/**
 * Brings a service to a version of its launch template, and waits until all of it serves: one group by an instance refresh, two
 * groups by blue/green. Where it does not come to serve, the old version serves on, and the error says who failed which check.
 * Whatever ends it, the next call goes on from there.
 *
 * @throws KilnError `rollout.*` and `aws.*`; see `rollOutGroup` and `rollOutBlueGreen`
 */
export async function rollOut(
  request: RolloutRequest,
  session: AwsSession,
  options: RolloutOptions = {},
): Promise<RolloutResult> {
  // Loaded when needed: with it come the clients of groups and balancers.
  if (request.update.strategy === 'blue-green') {
    const { rollOutBlueGreen } = await import('./blue-green');
    return rollOutBlueGreen(request, session, options);
  }
  const { rollOutGroup } = await import('./group-rollout');
  return rollOutGroup(request, session, options);
}
