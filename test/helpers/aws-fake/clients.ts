import { createHash } from 'node:crypto';
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import {
  CompleteSnapshotCommand,
  EBSClient,
  PutSnapshotBlockCommand,
  StartSnapshotCommand,
} from '@aws-sdk/client-ebs';
import { DescribeSnapshotsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsFake } from '../aws-fake';

export interface Clients {
  readonly ebs: EBSClient;
  readonly ec2: EC2Client;
  readonly autoscaling: AutoScalingClient;
  readonly elb: ElasticLoadBalancingV2Client;
  readonly close: () => void;
}

/** Real clients of a fake, which try once. */
export function clientsOf(
  fake: AwsFake,
  changes: { region?: string; accessKeyId?: string; secretAccessKey?: string } = {},
): Clients {
  // It warns that a later one will need a newer Node.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = fake.env;
  const { region = fake.region, ...keys } = changes;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY, ...keys };
  const settings = {
    region,
    endpoint: fake.url,
    credentials,
    maxAttempts: 1,
  };
  const ebs = new EBSClient(settings);
  const ec2 = new EC2Client(settings);
  const autoscaling = new AutoScalingClient(settings);
  const elb = new ElasticLoadBalancingV2Client(settings);
  const close = () => {
    for (const client of [ebs, ec2, autoscaling, elb]) client.destroy();
  };
  return { ebs, ec2, autoscaling, elb, close };
}

/** The input of a put that nothing is wrong with. */
export function block(SnapshotId: string, BlockIndex: number, fill: number) {
  const BlockData = Buffer.alloc(524_288, fill);
  const Checksum = sha256(BlockData).toString('base64');
  return {
    SnapshotId,
    BlockIndex,
    BlockData,
    DataLength: BlockData.length,
    Checksum,
    ChecksumAlgorithm: 'SHA256',
  } as const;
}

export function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

/** A completed snapshot of 1 GiB with these blocks, each filled with one byte. */
export async function sealedSnapshot(
  { ebs, ec2 }: Pick<Clients, 'ebs' | 'ec2'>,
  fills: Readonly<Record<number, number>> = { 0: 1 },
): Promise<string> {
  const { SnapshotId } = await ebs.send(new StartSnapshotCommand({ VolumeSize: 1 }));
  const id = SnapshotId as string;
  const blocks = Object.entries(fills);
  for (const [index, fill] of blocks)
    await ebs.send(new PutSnapshotBlockCommand(block(id, Number(index), fill)));
  await ebs.send(new CompleteSnapshotCommand({ SnapshotId: id, ChangedBlocksCount: blocks.length }));
  for (let polls = 0; polls < 10; polls++) {
    const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }));
    if (Snapshots?.[0]?.State === 'completed') return id;
  }
  throw new Error(`${id} is never completed`);
}
