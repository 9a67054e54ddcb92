import { TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { KilnError, messageOf } from '../../lib/errors';
import { parseWith, ServiceName } from '../../lib/spec';
import { claimName } from '../claim-name';
import { pathInStack } from '../path-in-stack';

/**
 * The name of a service in the local runtime: the stack's id and the construct's path, joined with hyphens.
 * @throws KilnError `constructs.name` where that is no name for a host, or another service of the app has it
 */
export function claimServiceName(service: IConstruct): string {
  const name = `${TerraformStack.of(service).node.id}-${pathInStack(service).join('-')}`;
  try {
    parseWith(ServiceName, name, 'name');
  } catch (error) {
    throw new KilnError(
      `the service '${service.node.path}' would be named '${name}', an ${messageOf(error)}; ` +
        'rename the stack or the construct',
      { code: 'constructs.name', cause: error },
    );
  }
  claimName(service, name);
  return name;
}
