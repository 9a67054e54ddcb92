import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import type { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { Fn } from 'cdktf';
import type { Construct } from 'constructs';
import type { InstanceRange } from '../scaling';
import type { SpotSpec } from './spot';
import type { WarmPoolSpec } from './warm-pool';

export interface GroupSettings {
  /** Unique in the account and region: `shop-web`. */
  readonly name: string;
  readonly launchTemplate: LaunchTemplate;
  readonly subnetIds: readonly string[];
  /** Undefined where the rollout owns its size, as it does of blue and green. */
  readonly instances: InstanceRange | undefined;
  /** From launch until an instance must be healthy, in ms. */
  readonly bootDeadlineMs: number;
  /** Undefined where all instances are of one kind, on demand or by the launch template. */
  readonly mixed: SpotSpec | undefined;
  readonly spot: boolean;
  readonly warmPool: WarmPoolSpec | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * After the deadline the rollout fetches the console of an instance that never got healthy; the group, which would kill it,
 * must not look at it before that is done. But it must before the warmup of a refresh is over (lib/rollout/aws-preferences), so that
 * a refresh that nobody watches any more does not count a sick instance.
 */
const CONSOLE_GRACE_S = 15;

/**
 * A group of equal instances. Which version of the template it starts is left to the rollout, and so is waiting: Terraform's
 * own would wait for instances of a version that may never be healthy, and say no reason.
 */
export function createGroup(scope: Construct, id: string, settings: GroupSettings): AutoscalingGroup {
  const { instances, mixed, warmPool, launchTemplate } = settings;
  const deadline = Math.ceil(settings.bootDeadlineMs / 1000);
  const version = { id: launchTemplate.id, version: Fn.tostring(launchTemplate.latestVersion) };
  return new AutoscalingGroup(scope, id, {
    name: settings.name,
    minSize: instances?.min ?? 0,
    maxSize: instances?.max ?? 0,
    ...(instances === undefined ? { desiredCapacity: 0 } : {}),
    vpcZoneIdentifier: [...settings.subnetIds],
    ...(mixed === undefined
      ? { launchTemplate: version }
      : { mixedInstancesPolicy: mixedPolicy(mixed, version) }),
    targetGroupArns: [],
    // Until a balancer leads to it: a group must not kill what a balancer that is not there does not see healthy.
    healthCheckType: 'EC2',
    healthCheckGracePeriod: deadline + CONSOLE_GRACE_S,
    defaultInstanceWarmup: deadline,
    // An earlier version that is left over goes first; then what AWS does by itself, which keeps zones even.
    terminationPolicies: ['OldestLaunchTemplate', 'Default'],
    capacityRebalance: settings.spot,
    waitForCapacityTimeout: '0',
    // Only a group whose instances are gone lets go of their subnets and security group, so its end is waited for.
    forceDelete: false,
    ...(warmPool === undefined ? {} : { warmPool: warmPoolOf(warmPool) }),
    tag: Object.entries({ Name: settings.name, ...settings.tags }).map(([key, value]) => ({
      key,
      value,
      // Instances have theirs from the launch template, where they follow the image.
      propagateAtLaunch: false,
    })),
    lifecycle: {
      ignoreChanges: [
        mixed === undefined ? 'launch_template' : 'mixed_instances_policy[0].launch_template',
        ...(instances === undefined ? ['min_size', 'max_size', 'desired_capacity'] : []),
      ],
    },
  });
}

function mixedPolicy(spot: SpotSpec, { id, version }: { readonly id: string; readonly version: string }) {
  return {
    instancesDistribution: {
      onDemandBaseCapacity: spot.onDemandBase,
      onDemandPercentageAboveBaseCapacity: 100 - spot.percent,
      spotAllocationStrategy: 'price-capacity-optimized',
      ...(spot.maxPrice === undefined ? {} : { spotMaxPrice: spot.maxPrice }),
    },
    launchTemplate: { launchTemplateSpecification: { launchTemplateId: id, version } },
  };
}

function warmPoolOf({ min, maxPrepared, state, reuse }: WarmPoolSpec) {
  return {
    minSize: min,
    ...(maxPrepared === undefined ? {} : { maxGroupPreparedCapacity: maxPrepared }),
    poolState: state,
    // Of a pool made without one AWS gives none back (so hashicorp/aws' own tests of an empty `warm_pool`), and the plan stays empty.
    ...(reuse ? { instanceReusePolicy: { reuseOnScaleIn: true } } : {}),
  };
}
