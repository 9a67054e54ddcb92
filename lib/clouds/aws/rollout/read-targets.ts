import { DescribeTargetHealthCommand } from '@aws-sdk/client-elastic-load-balancing-v2';
import { callAws } from '../call';
import type { AwsSession } from '../session';

/** What one target group says of an instance. */
export interface TargetHealth {
  readonly targetGroupArn: string;
  readonly port: number | undefined;
  /** `initial`, `healthy`, `unhealthy`, `unused`, `draining`, `unavailable`. */
  readonly state: string;
  /** Such as `Target.Timeout`. */
  readonly reason: string | undefined;
  /** Such as `Health checks failed with these codes: [503]`. */
  readonly description: string | undefined;
}

/** By instance id, in the order of the target groups. @throws KilnError `aws.*` */
export async function readTargets(
  session: AwsSession,
  targetGroupArns: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly TargetHealth[]>> {
  const found = new Map<string, TargetHealth[]>();
  const answers = await Promise.all(
    targetGroupArns.map(async (arn) => ({ arn, targets: await describe(session, arn, signal) })),
  );
  for (const { arn, targets } of answers) {
    for (const { Target, TargetHealth: health } of targets) {
      const list = found.get(Target?.Id ?? '') ?? [];
      found.set(Target?.Id ?? '', list);
      list.push({
        targetGroupArn: arn,
        port: Target?.Port,
        state: health?.State ?? 'initial',
        reason: health?.Reason,
        description: health?.Description,
      });
    }
  }
  return found;
}

async function describe(session: AwsSession, arn: string, signal: AbortSignal | undefined) {
  const client = await session.elb();
  const answer = await callAws(
    session,
    {
      action: 'elasticloadbalancing:DescribeTargetHealth',
      send: (options) => client.send(new DescribeTargetHealthCommand({ TargetGroupArn: arn }), options),
    },
    signal,
  );
  return answer.TargetHealthDescriptions ?? [];
}

/** `shop-web` of `arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop-web/73e2d6bc24d8a067`. */
export function targetGroupName(arn: string): string {
  return arn.split('/')[1] ?? arn;
}
