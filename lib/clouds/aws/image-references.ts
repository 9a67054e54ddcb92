import {
  DescribeImageReferencesCommand,
  DescribeInstancesCommand,
  type ImageReference,
} from '@aws-sdk/client-ec2';
import { KilnError } from '../../errors';
import { callAws } from './call';
import { faultBehind } from './fault';
import { pages } from './pages';
import type { AwsSession } from './session';

/** Instances that go or are gone need no image any more; one that is stopped may be looked at by its image. */
const LIVING = ['pending', 'running', 'stopping', 'stopped'];
/** The most that it takes: all versions of a launch template. */
const EVERY_VERSION = '10000';
/** An account or a region may lack the action: it came in 2025. */
const LACKING = new Set(['InvalidAction', 'UnsupportedOperation', 'OperationNotSupported']);
/** Images in one request. */
const MOST = 50;

/** What refers to images: which instances, and which launch templates may. */
export interface FoundReferences {
  /** Ids of instances, by image. */
  readonly instances: ReadonlyMap<string, readonly string[]>;
  /** Ids of launch templates of which a version names one of the images; undefined: any may. */
  readonly templates: readonly string[] | undefined;
}

/**
 * Asks EC2 what refers to images; where it does not say, because that is not allowed or not there, every instance and launch
 * template is looked at.
 *
 * @throws KilnError `aws.permission`, naming `ec2:DescribeImageReferences`, where neither is allowed; others of a call that failed
 */
export async function findImageReferences(
  ids: readonly string[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<FoundReferences> {
  try {
    return readReferences(await askReferences(ids, session, signal));
  } catch (error) {
    if (!isLacking(error)) throw error;
    try {
      return { instances: await scanInstances(ids, session, signal), templates: undefined };
    } catch (other) {
      throw isLacking(other) ? error : other;
    }
  }
}

async function askReferences(
  ids: readonly string[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<ImageReference[]> {
  const found: ImageReference[] = [];
  for (let at = 0; at < ids.length; at += MOST) {
    const request = {
      ImageIds: ids.slice(at, at + MOST),
      ResourceTypes: [
        {
          ResourceType: 'ec2:Instance' as const,
          ResourceTypeOptions: [{ OptionName: 'state-name' as const, OptionValues: LIVING }],
        },
        {
          ResourceType: 'ec2:LaunchTemplate' as const,
          ResourceTypeOptions: [{ OptionName: 'version-depth' as const, OptionValues: [EVERY_VERSION] }],
        },
      ],
    };
    const more = await pages<ImageReference>(async (token) => {
      const send = (options: { readonly abortSignal: AbortSignal }) =>
        session.ec2.send(new DescribeImageReferencesCommand({ ...request, ...token }), options);
      const answer = await callAws(session, { action: 'ec2:DescribeImageReferences', send }, signal);
      return { items: answer.ImageReferences, next: answer.NextToken };
    });
    found.push(...more);
  }
  return found;
}

function readReferences(found: readonly ImageReference[]): FoundReferences {
  const instances = new Map<string, string[]>();
  const templates = new Set<string>();
  for (const { ImageId = '', ResourceType, Arn = '' } of found) {
    const id = Arn.slice(Arn.lastIndexOf('/') + 1);
    if (ResourceType === 'ec2:LaunchTemplate') templates.add(id);
    else instances.set(ImageId, [...(instances.get(ImageId) ?? []), id]);
  }
  return { instances, templates: [...templates] };
}

async function scanInstances(
  ids: readonly string[],
  session: AwsSession,
  signal: AbortSignal | undefined,
): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const Filters = [
    { Name: 'image-id', Values: [...ids] },
    { Name: 'instance-state-name', Values: LIVING },
  ];
  const reservations = await pages(async (token) => {
    const send = (options: { readonly abortSignal: AbortSignal }) =>
      session.ec2.send(new DescribeInstancesCommand({ Filters, ...token }), options);
    const answer = await callAws(session, { action: 'ec2:DescribeInstances', send }, signal);
    return { items: answer.Reservations, next: answer.NextToken };
  });
  for (const { ImageId = '', InstanceId = '' } of reservations.flatMap(({ Instances }) => Instances ?? []))
    found.set(ImageId, [...(found.get(ImageId) ?? []), InstanceId]);
  return found;
}

function isLacking(error: unknown): boolean {
  if (!KilnError.is(error)) return false;
  return error.code === 'aws.permission' || LACKING.has(faultBehind(error).name);
}
