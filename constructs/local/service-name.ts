import { App, TerraformStack } from 'cdktf';
import type { IConstruct } from 'constructs';
import { KilnError, messageOf } from '../../lib/errors';
import { parseWith, ServiceName } from '../../lib/spec';
import { pathInStack } from '../path-in-stack';

const taken = new WeakMap<IConstruct, Map<string, IConstruct>>();

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
  const app = App.of(service);
  const names = taken.get(app) ?? new Map<string, IConstruct>();
  const other = names.get(name);
  if (other) {
    throw new KilnError(
      `the services '${other.node.path}' and '${service.node.path}' would both be named '${name}'; rename one of them`,
      { code: 'constructs.name' },
    );
  }
  taken.set(app, names.set(name, service));
  return name;
}
