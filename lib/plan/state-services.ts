import { KilnError } from '../errors';
import { instanceNamesIn, LOCAL_SERVICE_TYPE } from './service-attributes';

/** A service of the local runtime as Terraform's state has it. */
export interface DeployedService {
  readonly address: string;
  readonly name: string;
  /** Null where the service is not exposed. */
  readonly endpoint: string | null;
  readonly instances: readonly string[];
}

interface StateModule {
  readonly resources?: readonly { address: string; type: string; values?: Record<string, unknown> }[];
  readonly child_modules?: readonly StateModule[];
}

/**
 * The services in what `terraform show -json` writes of the state.
 * @throws KilnError `plan.unreadable` when it is not JSON
 */
export function deployedServices(text: string): DeployedService[] {
  let state: { values?: { root_module?: StateModule } };
  try {
    state = JSON.parse(text);
  } catch (error) {
    throw new KilnError('the state that Terraform wrote is not JSON', {
      code: 'plan.unreadable',
      source: 'tool',
      cause: error,
    });
  }
  return servicesOf(state.values?.root_module ?? {});
}

function servicesOf(module: StateModule): DeployedService[] {
  const own = (module.resources ?? [])
    .filter(({ type }) => type === LOCAL_SERVICE_TYPE)
    .map(({ address, values }) => ({
      address,
      name: String(values?.name ?? address),
      endpoint: typeof values?.endpoint === 'string' ? values.endpoint : null,
      instances: instanceNamesIn(values) ?? [],
    }));
  return [...own, ...(module.child_modules ?? []).flatMap(servicesOf)];
}
