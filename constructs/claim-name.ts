import { App } from 'cdktf';
import type { IConstruct } from 'constructs';
import { KilnError } from '../lib/errors';

const taken = new WeakMap<IConstruct, Map<string, IConstruct>>();

/**
 * Gives a name to a service, once in an app: `a` in `b-c` and `c` in `a-b` would be one and the same where they run.
 * @throws KilnError `constructs.name` where another service has it
 */
export function claimName(service: IConstruct, name: string): void {
  const app = App.of(service);
  const names = taken.get(app) ?? new Map<string, IConstruct>();
  const other = names.get(name);
  if (other && other !== service) {
    throw new KilnError(
      `the services '${other.node.path}' and '${service.node.path}' would both be named '${name}'; rename one of them`,
      { code: 'constructs.name' },
    );
  }
  taken.set(app, names.set(name, service));
}
