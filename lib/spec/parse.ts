import * as v from 'valibot';
import { KilnError } from '../errors';

/**
 * Parses strictly: no unknown keys, nothing missing.
 * @param what names the thing in the message: `service`, `state file`
 * @throws KilnError `spec.invalid` with every fault, each with its path
 */
export function parseWith<TSchema extends v.GenericSchema>(
  schema: TSchema,
  input: unknown,
  what: string,
): v.InferOutput<TSchema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const faults = result.issues.map((issue) => {
    const path = v.getDotPath(issue);
    return `${path ? `'${path}' ` : ''}${issue.message}`;
  });
  throw new KilnError(`invalid ${what}: ${faults.join('; ')}`, { code: 'spec.invalid' });
}
