import type { AmiProgress, DiskBlocks } from './ami';
import type { CheckedRequest } from './ami-request';
import type { AwsSession } from './session';

/** The making of one image: what its steps share. */
export interface Work {
  readonly request: CheckedRequest;
  readonly disk: DiskBlocks;
  readonly session: AwsSession;
  /** See `uploadKey`. */
  readonly key: string;
  readonly signal: AbortSignal | undefined;
  report(progress: AmiProgress): void;
}
