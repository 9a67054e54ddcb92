import { KilnError } from '../errors';
import type { ServiceStatus } from '../spec';

/**
 * The service that is meant by a name: `shop-web`, or `web` where only one stack has a service of that name.
 * @throws KilnError `runtime.unknown-service` or `runtime.which-service`, listing those there are
 */
export function findService(services: readonly ServiceStatus[], name: string): ServiceStatus {
  const exact = services.find((service) => service.name === name);
  if (exact) return exact;
  const [only, ...others] = services.filter((service) => service.name.endsWith(`-${name}`));
  if (only && others.length === 0) return only;
  if (only) {
    const names = [only, ...others].map((service) => service.name).join(', ');
    throw new KilnError(`'${name}' may be ${names}; give the whole name`, { code: 'runtime.which-service' });
  }
  const names = services.map((service) => service.name).join(', ');
  throw new KilnError(`there is no service '${name}'; there is ${names || 'none at all'}`, {
    code: 'runtime.unknown-service',
  });
}
