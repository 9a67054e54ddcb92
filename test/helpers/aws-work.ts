import {
  type AmiRequest,
  type AwsSession,
  type AwsTiming,
  BLOCK_SIZE,
  type DiskBlocks,
  openAwsSession,
} from '../../lib/clouds/aws';
import type { AwsFake } from './aws-fake';

/** Short enough for a test; a time that must not pass in one is long. */
export const TEST_TIMING: AwsTiming = {
  connectMs: 5_000,
  readMs: 10_000,
  attemptMs: 10_000,
  operationMs: 30_000,
  attempts: 3,
  backOffMs: 2,
  throttledBackOffMs: 2,
  longestBackOffMs: 10,
  visibleMs: 10_000,
  lingerMs: 30,
  firstPollMs: 1,
  lastPollMs: 2,
  steadyPolls: 3,
  settleMs: 10_000,
  copyMs: 10_000,
  cleanUpMs: 10_000,
  rolloutPollMs: 5,
  reportMs: 0,
};

/** A session with a fake, by the SDK's own default chain. */
export async function sessionWith(
  fake: AwsFake,
  timing: Partial<AwsTiming> = {},
  region = fake.region,
): Promise<AwsSession> {
  process.env.AWS_ACCESS_KEY_ID = 'AKIAKILNTEST';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  process.env.AWS_EC2_METADATA_DISABLED = 'true';
  const endpoints = { ec2: fake.url, ebs: fake.url, autoscaling: fake.url, elbv2: fake.url };
  return openAwsSession({
    region,
    endpoints,
    workers: 8,
    timing: { ...TEST_TIMING, ...timing },
  });
}

/** A disk of so many blocks, of which those named hold a byte all over. */
export function diskOf(
  blocks: number,
  fills: Readonly<Record<number, number>>,
  size = blocks * BLOCK_SIZE,
): DiskBlocks {
  const read = async (index: number) => {
    const fill = fills[index];
    const length = Math.min(BLOCK_SIZE, size - index * BLOCK_SIZE);
    return fill === undefined ? undefined : Buffer.alloc(length, fill);
  };
  return { size, blockSize: BLOCK_SIZE, read };
}

export function requestFor(changes: Partial<AmiRequest> = {}): AmiRequest {
  return {
    name: 'kiln-web-0123456789ab',
    digest: `sha256:${'ab'.repeat(32)}`,
    architecture: 'x86_64',
    bootMode: 'legacy-bios',
    virtualization: 'hvm',
    enaSupport: true,
    imdsV2: true,
    tags: { service: 'web' },
    ...changes,
  };
}
