import { createHash } from 'node:crypto';
import type { CheckedRequest } from './ami-request';

/** What an image and its snapshot were made of. */
export const DIGEST_TAG = 'kiln:digest';
/** Which upload a snapshot belongs to; see {@link uploadKey}. */
export const UPLOAD_TAG = 'kiln:upload';
/** Who claimed an image last; see `claimAmi`. */
export const OWNER_TAG = 'kiln:owner';
/** Whose image it is: `<stack>/<construct path>`. */
export const SERVICE_TAG = 'kiln:service';
/** The commit that an image was made of. */
export const COMMIT_TAG = 'kiln:commit';
/** When a newer image of the service took its place, in ISO 8601. */
export const RETIRED_TAG = 'kiln:retired';
/** Regions that may have copies of an image, with spaces between. */
export const COPIES_TAG = 'kiln:copies';
/** On a copy and its snapshot: region and id of its original, which has the same name. */
export const COPY_OF_TAG = 'kiln:copy-of';
/** How many tags are Kiln's own, at most: a copy has no owner, and never retires. */
export const OWN_TAGS = 7;

/**
 * The name of an upload, 64 hex digits, the longest that a client token may be: the same wherever the same snapshot is asked
 * for, so a second or an interrupted run comes to the first one's snapshot. All that StartSnapshot is told is in it, because EBS
 * refuses a token that comes with anything else.
 */
export function uploadKey(request: CheckedRequest, region: string): string {
  const { digest, volumeSizeGib, encrypted, kmsKeyId = null, description = null, tags } = request;
  const sorted = Object.entries(withService(tags, request)).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return hash(['kiln-upload', digest, region, volumeSizeGib, encrypted, kmsKeyId, description, sorted]);
}

/** The token of an upload's nth snapshot: an earlier one may be gone while EBS still answers its token with it. */
export function clientToken(key: string, generation: number): string {
  return generation === 0 ? key : hash([key, generation]);
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** The user's tags and Kiln's own, as the services take them: those that a snapshot gets when it is started. */
export function snapshotTags(request: CheckedRequest, key: string): Tag[] {
  const own = { [DIGEST_TAG]: request.digest, [UPLOAD_TAG]: key };
  return toTags({ ...withService(request.tags, request), ...own });
}

/** The same of an image. Its commit is no part of what the snapshot is found again by. */
export function imageTags(request: CheckedRequest, key: string): Tag[] {
  const { commit } = request;
  return [...snapshotTags(request, key), ...toTags(commit === undefined ? {} : { [COMMIT_TAG]: commit })];
}

export function toTags(tags: Readonly<Record<string, string>>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function withService(tags: CheckedRequest['tags'], { service }: CheckedRequest): Record<string, string> {
  return { ...tags, ...(service === undefined ? {} : { [SERVICE_TAG]: service }) };
}

function hash(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
