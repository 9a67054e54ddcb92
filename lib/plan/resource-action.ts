export type ResourceAction = 'create' | 'update' | 'replace' | 'delete' | 'forget';

/** What Terraform does, from its list of actions; undefined for nothing. */
export function actionOf(actions: readonly string[]): ResourceAction | undefined {
  if (actions.includes('create')) return actions.includes('delete') ? 'replace' : 'create';
  return (['update', 'delete', 'forget'] as const).find((action) => actions.includes(action));
}
