/** What is to be done: look at what a deploy would change, carry it out (or destroy), remove images that are no longer needed. */
export type Phase = 'plan' | 'deploy' | 'prune';

/** What an action is allowed on. */
export interface Target {
  /** Says in one word what it is, for a statement's `Sid`. */
  readonly name: string;
  /** ARNs, or `*` where the action knows no resources. */
  readonly resources: readonly string[];
  /** As IAM has it: operator -> key -> values. */
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** Actions that are allowed on a target. */
export interface Grant {
  readonly actions: readonly string[];
  readonly on: Target;
  /**
   * AWS checks these beside the call that needs them, as `iam:PassRole`; nobody calls them.
   * @default false
   */
  readonly isImplied?: boolean;
}

/** `actions`, called on `on`. */
export function allow(actions: string | readonly string[], on: Target): Grant {
  return { actions: [actions].flat(), on };
}

/** `actions`, which AWS checks beside those that are called. */
export function imply(actions: string | readonly string[], on: Target): Grant {
  return { ...allow(actions, on), isImplied: true };
}

/** The values where a condition holds, else none: for the actions that only some arguments need. */
export function when<T>(condition: boolean, ...values: readonly T[]): readonly T[] {
  return condition ? values : [];
}
