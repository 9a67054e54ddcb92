import {
  DeregisterImageCommand,
  DescribeImagesCommand,
  type DescribeImagesRequest,
  type Image,
} from '@aws-sdk/client-ec2';
import { KilnError } from '../../errors';
import type { Ami } from './ami';
import { callAws } from './call';
import { faultBehind, isGone } from './fault';
import { pages } from './pages';
import { poll } from './poll';
import type { AwsSession } from './session';
import { COMMIT_TAG, COPIES_TAG, COPY_OF_TAG, DIGEST_TAG, OWNER_TAG, RETIRED_TAG, SERVICE_TAG } from './tags';

const FAILED = ['failed', 'error', 'invalid'];

/** The account's image of a name, in whatever state. */
export async function findImage(
  session: AwsSession,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Ami | undefined> {
  const request = { Owners: ['self'], Filters: [{ Name: 'name', Values: [name] }] };
  const [image] = await describeImages(session, request, signal);
  return image && toAmi(image, session.region);
}

/** The image of an id; undefined where it is gone, or not yet known. */
export async function describeImage(
  session: AwsSession,
  id: string,
  signal: AbortSignal | undefined,
): Promise<Ami | undefined> {
  try {
    const [image] = await describeImages(session, { ImageIds: [id] }, signal);
    return image && image.State !== 'deregistered' ? toAmi(image, session.region) : undefined;
  } catch (error) {
    if (isGone(faultBehind(error))) return undefined;
    throw error;
  }
}

/** True where an image will never be available. */
export function hasFailed({ state }: Ami): boolean {
  return FAILED.includes(state);
}

/**
 * Waits until instances can be started from an image.
 *
 * @param limitMs @default `settleMs`
 * @throws KilnError `aws.image-failed` where it never can, `aws.timeout` after `limitMs`
 */
export async function waitForImage(
  session: AwsSession,
  id: string,
  signal: AbortSignal | undefined,
  limitMs?: number,
): Promise<Ami> {
  const look = async () => {
    const ami = await describeImage(session, id, signal);
    if (ami && hasFailed(ami))
      throw new KilnError(`the image ${id} could not be made: its state is ${ami.state}`, {
        code: 'aws.image-failed',
        remedy: 'Apply again; if it stays, look at the image in the console.',
      });
    return ami?.state === 'available' ? ami : undefined;
  };
  return poll(session, `the image ${id} to be available`, signal, look, limitMs);
}

/** Takes an image out; one that is gone is as good. */
export async function deregisterImage(
  session: AwsSession,
  id: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = performance.now() + session.timing.lingerMs;
  try {
    await callAws(
      session,
      {
        action: 'ec2:DeregisterImage',
        send: (options) => session.ec2.send(new DeregisterImageCommand({ ImageId: id }), options),
        // One that was just registered may not be known yet.
        notYet: { is: ({ name }) => name === 'InvalidAMIID.NotFound', until },
      },
      signal,
    );
  } catch (error) {
    if (!isGone(faultBehind(error))) throw error;
  }
}

/** @throws KilnError `aws.*` of a call that failed */
export function describeImages(
  session: AwsSession,
  request: DescribeImagesRequest,
  signal: AbortSignal | undefined,
): Promise<Image[]> {
  return pages(async (token) => {
    const send = (options: { readonly abortSignal: AbortSignal }) =>
      session.ec2.send(new DescribeImagesCommand({ ...request, ...token }), options);
    const answer = await callAws(session, { action: 'ec2:DescribeImages', send }, signal);
    return { items: answer.Images, next: answer.NextToken };
  });
}

/** An image in our own words. */
export function toAmi(image: Image, region: string): Ami {
  const root = image.BlockDeviceMappings?.find(({ DeviceName }) => DeviceName === image.RootDeviceName)?.Ebs;
  const tags = Object.fromEntries((image.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
  return {
    id: image.ImageId as string,
    name: image.Name ?? '',
    digest: tags[DIGEST_TAG],
    owner: tags[OWNER_TAG],
    snapshotId: root?.SnapshotId,
    region,
    state: image.State ?? 'pending',
    description: image.Description || undefined,
    architecture: image.Architecture,
    bootMode: image.BootMode,
    virtualization: image.VirtualizationType ?? 'paravirtual',
    kernelId: image.KernelId || undefined,
    tpm: image.TpmSupport === 'v2.0',
    enaSupport: image.EnaSupport ?? false,
    imdsV2: image.ImdsSupport === 'v2.0',
    createdAt: dateOf(image.CreationDate),
    isProtected: image.DeregistrationProtection?.startsWith('enabled') ?? false,
    service: tags[SERVICE_TAG],
    commit: tags[COMMIT_TAG],
    retiredAt: dateOf(tags[RETIRED_TAG]),
    copiedTo: tags[COPIES_TAG]?.split(' ').filter((region) => region !== '') ?? [],
    copyOf: tags[COPY_OF_TAG],
    volumeSizeGib: root?.VolumeSize,
    encrypted: root?.Encrypted ?? false,
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('kiln:'))),
  };
}

function dateOf(text: string | undefined): Date | undefined {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : new Date(time);
}
