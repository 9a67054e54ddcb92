import { type RefreshPreferences, refreshPreferences } from '../../../rollout';
import type { GroupState } from './read-group';
import type { RolloutRequest } from './rollout-request';

/**
 * The preferences of a refresh of this very group, by its size.
 *
 * @throws KilnError `rollout.aws`
 */
export function preferencesFor(
  { update, alarms }: RolloutRequest,
  group: GroupState,
  { canGoBack }: { readonly canGoBack: boolean },
): RefreshPreferences {
  const preferences = refreshPreferences(update, Math.max(1, group.desired), alarms);
  return { ...preferences, autoRollback: preferences.autoRollback && canGoBack };
}
