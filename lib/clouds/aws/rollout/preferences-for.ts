import { type RefreshPreferences, refreshPreferences } from '../../../rollout';
import type { GroupState } from './read-group';
import type { RolloutRequest } from './rollout-request';

/**
 * The preferences of a refresh of this very group, by its size and by what tells it that an instance is ready.
 *
 * @throws KilnError `rollout.aws`
 */
export function preferencesFor(
  { update, alarms, groups }: RolloutRequest,
  group: GroupState,
  { canGoBack }: { readonly canGoBack: boolean },
): RefreshPreferences {
  const preferences = refreshPreferences(update, Math.max(1, group.desired), alarms);
  const asksBalancers = group.asksBalancers || groups[0]?.targetGroupArns.length === 0;
  return {
    ...preferences,
    autoRollback: preferences.autoRollback && canGoBack,
    // A group that asks only EC2 would take an instance for ready as soon as its machine runs.
    instanceWarmupS: asksBalancers ? preferences.instanceWarmupS : Math.ceil(update.healthTimeoutMs / 1000),
  };
}
