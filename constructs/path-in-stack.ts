import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';

/** Ids from below the stack down to the construct. */
export function pathInStack(construct: IConstruct): string[] {
  const { scopes } = construct.node;
  return scopes.slice(scopes.indexOf(TerraformStack.of(construct)) + 1).map((scope) => scope.node.id);
}
