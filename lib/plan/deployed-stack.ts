import { KilnError } from '../errors';
import { AWS_ROLLOUT_TYPE } from './aws-service-resources';
import { instanceNamesIn, LOCAL_SERVICE_TYPE } from './service-attributes';

/** A service as Terraform's state has it. */
export interface DeployedService {
  readonly address: string;
  readonly name: string;
  /** Null where the service is not exposed. */
  readonly endpoint: string | null;
  /** Empty on AWS, where instances come and go without Terraform. */
  readonly instances: readonly string[];
  /** The Auto Scaling group that serves; null in the local runtime. */
  readonly group: string | null;
}

/** What is deployed, as far as it is shown at the end of a deploy. */
export interface DeployedStack {
  readonly services: readonly DeployedService[];
  /** Without the sensitive ones. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

interface StateModule {
  readonly resources?: readonly { address: string; type: string; values?: Record<string, unknown> }[];
  readonly child_modules?: readonly StateModule[];
}

interface StateJson {
  readonly values?: {
    readonly root_module?: StateModule;
    readonly outputs?: Readonly<Record<string, { sensitive?: boolean; value?: unknown }>>;
  };
}

/**
 * Reads what `terraform show -json` writes of the state.
 * @param stack its name, with which those of its services begin
 * @throws KilnError `plan.unreadable` when it is not JSON
 */
export function readState(text: string, stack: string): DeployedStack {
  let state: StateJson;
  try {
    state = JSON.parse(text);
  } catch (error) {
    throw new KilnError('the state that Terraform wrote is not JSON', {
      code: 'plan.unreadable',
      source: 'tool',
      cause: error,
    });
  }
  const entries = Object.entries(state.values?.outputs ?? {})
    .filter(([, output]) => !output.sensitive)
    .map(([name, output]) => [name, output.value ?? null] as const);
  const outputs = Object.fromEntries(entries);
  const services = servicesOf(state.values?.root_module ?? {});
  return { services: services.map((service) => withEndpoint(service, stack, outputs)), outputs };
}

/** On AWS a service is reached by its balancer, which its rollout does not know; its construct makes an output of it. */
function withEndpoint(
  service: DeployedService,
  stack: string,
  outputs: Readonly<Record<string, unknown>>,
): DeployedService {
  if (service.group === null || !service.name.startsWith(`${stack}-`)) return service;
  const endpoint = outputs[`${service.name.slice(stack.length + 1)}_endpoint`];
  return typeof endpoint === 'string' ? { ...service, endpoint } : service;
}

function servicesOf(module: StateModule): DeployedService[] {
  const own = (module.resources ?? []).flatMap(({ address, type, values }): DeployedService[] => {
    if (type === AWS_ROLLOUT_TYPE) {
      const [name, group] = [String(values?.service ?? address), String(values?.active_group ?? address)];
      return [{ address, name, endpoint: null, instances: [], group }];
    }
    if (type !== LOCAL_SERVICE_TYPE) return [];
    const endpoint = typeof values?.endpoint === 'string' ? values.endpoint : null;
    const instances = instanceNamesIn(values) ?? [];
    return [{ address, name: String(values?.name ?? address), endpoint, instances, group: null }];
  });
  return [...own, ...(module.child_modules ?? []).flatMap(servicesOf)];
}
