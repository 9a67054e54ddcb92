import { GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import { callAws } from '../call';
import { faultBehind } from '../fault';
import type { AwsSession } from '../session';

/** What EC2 says where it cannot read a console as it is now: only Nitro can, and only of a machine that runs. */
const NOT_LIVE = new Set(['UnsupportedOperation', 'InvalidParameterCombination', 'InvalidParameterValue']);
const GONE = new Set(['InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed']);

/**
 * The console of an instance as it is now, its last 64 KB; where EC2 cannot tell, what it stored of it at the instance's last
 * change of state. Undefined where there is none, or none yet.
 *
 * @throws KilnError `aws.*`
 */
export async function readConsole(
  session: AwsSession,
  id: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await getConsole(session, id, true, signal)) ?? (await getConsole(session, id, false, signal));
  } catch (error) {
    const { name } = faultBehind(error);
    if (GONE.has(name)) return undefined;
    if (!NOT_LIVE.has(name)) throw error;
  }
  return getConsole(session, id, false, signal);
}

async function getConsole(
  session: AwsSession,
  id: string,
  latest: boolean,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const input = { InstanceId: id, ...(latest ? { Latest: true } : {}) };
  const { Output } = await callAws(
    session,
    {
      action: 'ec2:GetConsoleOutput',
      send: (options) => session.ec2.send(new GetConsoleOutputCommand(input), options),
    },
    signal,
  );
  const text = Output === undefined ? '' : Buffer.from(Output, 'base64').toString('utf8');
  return text.trim() === '' ? undefined : text;
}
