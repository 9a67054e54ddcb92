import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { KilnError } from '../lib/errors';

/**
 * Ids from below the stack down to the construct. Joined they name Terraform's resources, in which a digit may not come first.
 * @throws KilnError `constructs.name`
 */
export function pathInStack(construct: IConstruct): string[] {
  const { scopes } = construct.node;
  const path = scopes.slice(scopes.indexOf(TerraformStack.of(construct)) + 1).map((scope) => scope.node.id);
  if (!/^\d/.test(path[0] ?? '')) return path;
  throw new KilnError(
    `the id '${path[0]}' of '${construct.node.path}' begins with a digit, and Terraform takes no such name of a resource; ` +
      'let it begin with a letter',
    { code: 'constructs.name' },
  );
}
