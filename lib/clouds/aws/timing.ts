/**
 * How long things may take, all in ms. The figures of a call are those that coldsnap came to (awslabs/coldsnap#437): from
 * outside AWS a few puts in a thousand get a connection and then never an answer, so a short leash and another try beat patience.
 */
export interface AwsTiming {
  /** A connection must be made within this. @default 5000 */
  readonly connectMs: number;
  /** A connection on which nothing moves for so long is given up. @default 12000 */
  readonly readMs: number;
  /** One try of a call. @default 20000 */
  readonly attemptMs: number;
  /** All tries of a call together. @default 120000 */
  readonly operationMs: number;
  /** Tries of one call before its fault counts. @default 5 */
  readonly attempts: number;
  /** Pause after the first fault, doubled with each and jittered. @default 200 */
  readonly backOffMs: number;
  /** The same after an answer that says to slow down. @default 1000 */
  readonly throttledBackOffMs: number;
  /** No pause is longer. @default 8000 */
  readonly longestBackOffMs: number;
  /** What was just made may be unknown for so long: the EBS team's own advice (awslabs/coldsnap#43). @default 120000 */
  readonly visibleMs: number;
  /** EC2 may act on what was for so long after it changed. @default 10000 */
  readonly lingerMs: number;
  /** First pause between two looks at a snapshot or image that is being made, half as long again with each. @default 250 */
  readonly firstPollMs: number;
  /** Longest pause between two looks. @default 2000 */
  readonly lastPollMs: number;
  /** A snapshot is complete when so many looks in a row say so: one of EC2's servers may be ahead of others. @default 3 */
  readonly steadyPolls: number;
  /** A snapshot must be sealed, and an image available, within this. @default 600000 */
  readonly settleMs: number;
  /** A copy must be available in another region within this: snapshots cross at what the line between gives. @default 3600000 */
  readonly copyMs: number;
  /** Removing what a failed or cancelled run made. @default 60000 */
  readonly cleanUpMs: number;
  /** Between two looks at a rollout; a fifth of it where only the end is waited for (docs/design/012-aws-rollouts.md). @default 5000 */
  readonly rolloutPollMs: number;
  /** At most one report of progress in this time. @default 250 */
  readonly reportMs: number;
}

export const DEFAULT_TIMING: AwsTiming = {
  connectMs: 5_000,
  readMs: 12_000,
  attemptMs: 20_000,
  operationMs: 120_000,
  attempts: 5,
  backOffMs: 200,
  throttledBackOffMs: 1_000,
  longestBackOffMs: 8_000,
  visibleMs: 120_000,
  lingerMs: 10_000,
  firstPollMs: 250,
  lastPollMs: 2_000,
  steadyPolls: 3,
  settleMs: 600_000,
  copyMs: 3_600_000,
  cleanUpMs: 60_000,
  rolloutPollMs: 5_000,
  reportMs: 250,
};
