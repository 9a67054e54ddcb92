import type { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { AutoscalingPolicy } from '@cdktf/provider-aws/lib/autoscaling-policy';
import type { Construct } from 'constructs';
import type { ScalingSpec } from '../scaling';

/**
 * Keeps a group's metric near its target.
 * @param requestLabel token: the balancer and target group whose requests are counted; undefined where no requests are
 */
export function createScaling(
  scope: Construct,
  id: string,
  group: AutoscalingGroup,
  { metric, target }: ScalingSpec,
  requestLabel?: string,
): AutoscalingPolicy {
  return new AutoscalingPolicy(scope, id, {
    name: metric,
    autoscalingGroupName: group.name,
    policyType: 'TargetTrackingScaling',
    targetTrackingConfiguration: {
      predefinedMetricSpecification: {
        predefinedMetricType: metric === 'cpu' ? 'ASGAverageCPUUtilization' : 'ALBRequestCountPerTarget',
        ...(requestLabel === undefined ? {} : { resourceLabel: requestLabel }),
      },
      targetValue: target,
    },
  });
}
