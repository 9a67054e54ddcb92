import { type AwsServiceResources, referencesOf } from './aws-service-resources';
import type { TerraformPlan } from './plan-json';

/** What a rollout or scaling changes of one group: Terraform is told to ignore it, and shows it as changed from outside. */
const OF_ONE_GROUP = /^(launch_template|mixed_instances_policy|desired_capacity)\b/;
/** Of two groups the sizes as well. */
const OF_TWO_GROUPS = /^(launch_template|mixed_instances_policy|desired_capacity|min_size|max_size)\b/;
const OF_LISTENER = /^default_action\b/;

/** Tells whether an attribute of a resource is a service's own to change, so that a change of it is no news. */
export function rolloutsOwn(
  plan: TerraformPlan,
  services: readonly AwsServiceResources[],
): (address: string, path: string) => boolean {
  const owned = new Map<string, RegExp>();
  for (const { rollout, groups } of services) {
    for (const { address } of groups) owned.set(address, groups.length > 1 ? OF_TWO_GROUPS : OF_ONE_GROUP);
    for (const address of referencesOf(plan, rollout, 'listeners')) owned.set(address, OF_LISTENER);
  }
  return (address, path) => owned.get(address)?.test(path) === true;
}
