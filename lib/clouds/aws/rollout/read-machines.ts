import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { callAws } from '../call';
import { faultBehind } from '../fault';
import type { AwsSession } from '../session';

/** An instance in the eyes of EC2. */
export interface Machine {
  readonly id: string;
  /** `pending`, `running`, `stopping`, `stopped`, `shutting-down`, `terminated`. */
  readonly state: string;
  /** Why it is no longer running: `Client.InstanceInitiatedShutdown: Instance initiated shutdown`. */
  readonly reason: string | undefined;
  /** ms since 1970, by AWS' clock. */
  readonly launchedAt: number;
  readonly imageId: string | undefined;
}

/**
 * The machines of these ids that EC2 knows. One just launched may be missing, and one terminated an hour ago.
 *
 * @throws KilnError `aws.*`
 */
export async function readMachines(
  session: AwsSession,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Machine>> {
  const wanted = new Set(ids);
  for (;;) {
    if (wanted.size === 0) return new Map();
    try {
      return await describe(session, [...wanted], signal);
    } catch (error) {
      // Asked for by their ids, one that is not known yet makes EC2 refuse them all; it names those.
      const { name, message } = faultBehind(error);
      const unknown = name === 'InvalidInstanceID.NotFound' ? (message.match(/\bi-[0-9a-f]+\b/g) ?? []) : [];
      if (!unknown.some((id) => wanted.delete(id))) throw error;
      for (const id of unknown) wanted.delete(id);
    }
  }
}

async function describe(
  session: AwsSession,
  ids: string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, Machine>> {
  const machines = new Map<string, Machine>();
  let token: string | undefined;
  do {
    const input = { InstanceIds: ids, ...(token === undefined ? {} : { NextToken: token }) };
    const answer = await callAws(
      session,
      {
        action: 'ec2:DescribeInstances',
        send: (options) => session.ec2.send(new DescribeInstancesCommand(input), options),
      },
      signal,
    );
    for (const { Instances = [] } of answer.Reservations ?? [])
      for (const one of Instances) machines.set(one.InstanceId ?? '', machineOf(one));
    token = answer.NextToken || undefined;
  } while (token !== undefined);
  return machines;
}

function machineOf(instance: Instance): Machine {
  const { State, StateReason, StateTransitionReason, LaunchTime, ImageId } = instance;
  return {
    id: instance.InstanceId ?? '',
    state: State?.Name ?? 'pending',
    reason: StateReason?.Message || StateTransitionReason || undefined,
    launchedAt: LaunchTime?.getTime() ?? 0,
    imageId: ImageId,
  };
}
