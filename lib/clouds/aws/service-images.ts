import type { Filter, Snapshot } from '@aws-sdk/client-ec2';
import type { Ami } from './ami';
import { describeImages, toAmi } from './images';
import type { AwsSession } from './session';
import { findSnapshotsBy } from './snapshots';
import { COPY_OF_TAG, SERVICE_TAG } from './tags';

/** An image's name for its copies: `eu-central-1/ami-…`. */
export function originOf({ region, id }: Pick<Ami, 'region' | 'id'>): string {
  return `${region}/${id}`;
}

/**
 * The images of a service in a region, in whatever state, copies too; without a service, those of all.
 *
 * @throws KilnError `aws.*` of a call that failed
 */
export function findServiceImages(
  session: AwsSession,
  service: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Ami[]> {
  return findImages(session, serviceFilter(service), signal);
}

/** The copies of images in a session's region. */
export function findCopies(
  session: AwsSession,
  originals: readonly Pick<Ami, 'region' | 'id'>[],
  signal: AbortSignal | undefined,
): Promise<Ami[]> {
  return findImages(session, { Name: `tag:${COPY_OF_TAG}`, Values: originals.map(originOf) }, signal);
}

/** The snapshots of a service, or of all services. */
export function findServiceSnapshots(
  session: AwsSession,
  service: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Snapshot[]> {
  return findSnapshotsBy(session, serviceFilter(service), signal);
}

/** The snapshots of an image's copies. */
export function findCopySnapshots(
  session: AwsSession,
  original: Pick<Ami, 'region' | 'id'>,
  signal: AbortSignal | undefined,
): Promise<Snapshot[]> {
  return findSnapshotsBy(session, { Name: `tag:${COPY_OF_TAG}`, Values: [originOf(original)] }, signal);
}

function serviceFilter(service: string | undefined): Filter {
  return service === undefined
    ? { Name: 'tag-key', Values: [SERVICE_TAG] }
    : { Name: `tag:${SERVICE_TAG}`, Values: [service] };
}

async function findImages(
  session: AwsSession,
  filter: Filter,
  signal: AbortSignal | undefined,
): Promise<Ami[]> {
  const found = await describeImages(session, { Owners: ['self'], Filters: [filter] }, signal);
  return found.filter(({ State }) => State !== 'deregistered').map((image) => toAmi(image, session.region));
}
