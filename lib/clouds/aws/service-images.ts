import {
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  type Image,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import type { Ami } from './ami';
import { callAws } from './call';
import { toAmi } from './images';
import type { AwsSession } from './session';
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

interface TagFilter {
  readonly Name: string;
  readonly Values: string[];
}

function serviceFilter(service: string | undefined): TagFilter {
  return service === undefined
    ? { Name: 'tag-key', Values: [SERVICE_TAG] }
    : { Name: `tag:${SERVICE_TAG}`, Values: [service] };
}

async function findImages(
  session: AwsSession,
  filter: TagFilter,
  signal: AbortSignal | undefined,
): Promise<Ami[]> {
  const request = { Owners: ['self'], Filters: [filter] };
  const found = await pages<Image>(async (NextToken) => {
    const send = (options: { readonly abortSignal: AbortSignal }) =>
      session.ec2.send(new DescribeImagesCommand({ ...request, ...NextToken }), options);
    const answer = await callAws(session, { action: 'ec2:DescribeImages', send }, signal);
    return { items: answer.Images, next: answer.NextToken };
  });
  return found.filter(({ State }) => State !== 'deregistered').map((image) => toAmi(image, session.region));
}

function findSnapshotsBy(
  session: AwsSession,
  filter: TagFilter,
  signal: AbortSignal | undefined,
): Promise<Snapshot[]> {
  const request = { OwnerIds: ['self'], Filters: [filter] };
  return pages<Snapshot>(async (NextToken) => {
    const send = (options: { readonly abortSignal: AbortSignal }) =>
      session.ec2.send(new DescribeSnapshotsCommand({ ...request, ...NextToken }), options);
    const answer = await callAws(session, { action: 'ec2:DescribeSnapshots', send }, signal);
    return { items: answer.Snapshots, next: answer.NextToken };
  });
}

/** All pages of an answer, one after the other. */
export async function pages<T>(
  look: (token: {
    readonly NextToken?: string;
  }) => Promise<{ readonly items: readonly T[] | undefined; readonly next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  for (let token: { readonly NextToken?: string } = {}; ; ) {
    const { items = [], next } = await look(token);
    all.push(...items);
    if (!next) return all;
    token = { NextToken: next };
  }
}
