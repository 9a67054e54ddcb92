import { parseServiceSpec, type ServiceSpec } from '../spec';

/** Type of the Terraform resource that is a service of the local runtime. */
export const LOCAL_SERVICE_TYPE = 'kiln_local_service';

/**
 * The specification in the attributes of a `kiln_local_service`, which are named `like_this`.
 * Undefined where something is not known before apply, or where another version of the provider wrote it.
 */
export function trySpecOf(attributes: unknown): ServiceSpec | undefined {
  const { host_port: hostPort, ...rest } = (attributes ?? {}) as Record<string, unknown>;
  const known = camelCased(rest) as Record<string, unknown>;
  const spec = Object.fromEntries(SPEC_FIELDS.map((field) => [field, known[field]]));
  try {
    return parseServiceSpec({ ...spec, hostPort: hostPortOf(hostPort) });
  } catch {
    return undefined;
  }
}

/** The names of the instances that the provider computed; undefined where they are not known. */
export function instanceNamesIn(attributes: unknown): string[] | undefined {
  const names = (attributes as Record<string, unknown> | null)?.instance_names;
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
}

const SPEC_FIELDS = [
  'name',
  'image',
  'instances',
  'memoryMib',
  'port',
  'peers',
  'healthCheck',
  'update',
  'drainMs',
] as const;

/** What was left out is null in Terraform's plan, and is left out of the specification too. */
export function camelCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelCased);
  if (typeof value !== 'object' || value === null) return value;
  const renamed = Object.entries(value)
    .filter(([, part]) => part !== null)
    .map(([key, part]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      camelCased(part),
    ]);
  return Object.fromEntries(renamed);
}

/** Terraform has it as text: `auto`, `none` or a number. */
function hostPortOf(value: unknown): unknown {
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
}
