import { createHash } from 'node:crypto';
import type { CheckedRequest } from './ami-request';

/** What an image and its snapshot were made of. */
export const DIGEST_TAG = 'kiln:digest';
/** Which upload a snapshot belongs to; see {@link uploadKey}. */
export const UPLOAD_TAG = 'kiln:upload';
/** Who claimed an image last; see `claimAmi`. */
export const OWNER_TAG = 'kiln:owner';
/** How many tags are Kiln's own. */
export const OWN_TAGS = 3;

/**
 * The name of an upload, 64 hex digits, the longest that a client token may be: the same wherever the same snapshot is asked
 * for, so a second or an interrupted run comes to the first one's snapshot. All that StartSnapshot is told is in it, because EBS
 * refuses a token that comes with anything else.
 */
export function uploadKey(request: CheckedRequest, region: string): string {
  const { digest, volumeSizeGib, encrypted, kmsKeyId = null, description = null, tags } = request;
  const sorted = Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
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

/** The user's tags and Kiln's own, as the services take them. */
export function allTags(request: CheckedRequest, key: string): Tag[] {
  const own = { [DIGEST_TAG]: request.digest, [UPLOAD_TAG]: key };
  return Object.entries({ ...request.tags, ...own }).map(([Key, Value]) => ({ Key, Value }));
}

function hash(parts: unknown): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
