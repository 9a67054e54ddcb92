import {
  DeleteSnapshotCommand,
  DescribeSnapshotsCommand,
  type Filter,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import { KilnError } from '../../errors';
import { callAws } from './call';
import { type Fault, faultBehind } from './fault';
import { pages } from './pages';
import { poll } from './poll';
import type { AwsSession } from './session';
import { UPLOAD_TAG } from './tags';

/** The account's snapshots of an upload, in whatever state. */
export function findSnapshots(
  session: AwsSession,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Snapshot[]> {
  return findSnapshotsBy(session, { Name: `tag:${UPLOAD_TAG}`, Values: [key] }, signal);
}

/** The account's snapshots that a filter lets through, in whatever state. */
export function findSnapshotsBy(
  session: AwsSession,
  filter: Filter,
  signal: AbortSignal | undefined,
): Promise<Snapshot[]> {
  const request = { OwnerIds: ['self'], Filters: [filter] };
  return pages(async (token) => {
    const send = (options: { readonly abortSignal: AbortSignal }) =>
      session.ec2.send(new DescribeSnapshotsCommand({ ...request, ...token }), options);
    const answer = await callAws(session, { action: 'ec2:DescribeSnapshots', send }, signal);
    return { items: answer.Snapshots, next: answer.NextToken };
  });
}

/**
 * Waits until a snapshot is sealed.
 *
 * @param visibleUntil until when it may be unknown to a part of EC2, by `performance.now()`
 * @throws KilnError `aws.snapshot-failed` where it went wrong, `aws.timeout` after `settleMs`
 */
export async function waitForSnapshot(
  session: AwsSession,
  id: string,
  visibleUntil: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let steady = 0;
  await poll(session, `the snapshot ${id} to be completed`, signal, async () => {
    const snapshot = await describeSnapshot(session, id, visibleUntil, signal);
    if (snapshot?.State === 'error') throw failed(id, snapshot.StateMessage);
    steady = snapshot?.State === 'completed' ? steady + 1 : 0;
    return steady >= session.timing.steadyPolls ? true : undefined;
  });
}

/** Removes a snapshot. One that is gone, or that another image still uses, is left as it is. */
export async function deleteSnapshot(
  session: AwsSession,
  id: string,
  signal: AbortSignal | undefined,
  lingerMs: number = session.timing.lingerMs,
): Promise<void> {
  // Right after its image went, or after it came itself, EC2 may not have noticed.
  const notYet = {
    is: ({ name }: Fault) => name === 'InvalidSnapshot.InUse' || name === 'InvalidSnapshot.NotFound',
    until: performance.now() + lingerMs,
  };
  try {
    await callAws(
      session,
      {
        action: 'ec2:DeleteSnapshot',
        send: (options) => session.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }), options),
        notYet,
      },
      signal,
    );
  } catch (error) {
    if (!notYet.is(faultBehind(error))) throw error;
  }
}

/** @param until until when it may be unknown to a part of EC2, by `performance.now()` */
export async function describeSnapshot(
  session: AwsSession,
  id: string,
  until: number,
  signal: AbortSignal | undefined,
): Promise<Snapshot | undefined> {
  const answer = await callAws(
    session,
    {
      action: 'ec2:DescribeSnapshots',
      send: (options) => session.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }), options),
      notYet: { is: ({ name }) => name === 'InvalidSnapshot.NotFound', until },
    },
    signal,
  );
  return answer.Snapshots?.[0];
}

function failed(id: string, reason: string | undefined): KilnError {
  return new KilnError(`the snapshot ${id} failed: ${reason ?? 'EC2 gives no reason'}`, {
    code: 'aws.snapshot-failed',
    remedy: 'Apply again; check the KMS key where one is given.',
  });
}
