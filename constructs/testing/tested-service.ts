import { KilnError } from '../../lib/errors';
import { parseWith, UpdatePolicySpec } from '../../lib/spec';
import type { InstanceRange } from '../scaling';
import { type Json, listIn, objectIn } from './terraform-json';

/** A call that the network lets through. */
export interface TestedCall {
  /** Name of the service that may be called, or a range of addresses outside of the stack such as `0.0.0.0/0`. */
  readonly to: string;
  /** Addresses of the resources that let it through. */
  readonly where: string;
}

/** A service of a synthesized stack, the same on every platform. */
export interface TestedService {
  /** The construct's path in its stack: `web`, `front/web`. */
  readonly name: string;
  /** Address of the resource that holds its instances. */
  readonly address: string;
  /** Name of its image, `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** Undefined where only Terraform knows. */
  readonly instances: InstanceRange | undefined;
  readonly update: UpdatePolicySpec;
  readonly calls: readonly TestedCall[];
  /** Earlier images that stay for going back; undefined where the platform keeps none. */
  readonly keepsImages: number | undefined;
  /** What holds its instances: where one of these goes, its instances do. */
  readonly holders: readonly string[];
  /** What cannot change while an instance runs, by path: other values make other instances. */
  readonly launch: ReadonlyMap<string, string>;
}

/** A port that is reached from outside of the stack: by the internet, or from this machine where it runs locally. */
export interface TestedPort {
  /** Undefined where it is known only when Terraform runs, or chosen freely by the runtime. */
  readonly range: { readonly from: number; readonly to: number } | undefined;
  /** Address of the resource that opens it, and to whom. */
  readonly where: string;
}

/**
 * The policy in a resource's `update`.
 * @throws KilnError `spec.invalid`
 */
export function readUpdate(value: Json | undefined, address: string): UpdatePolicySpec {
  const [block] = listIn(value);
  const update = objectIn(block);
  return parseWith(
    UpdatePolicySpec,
    {
      strategy: update.strategy,
      maxSurge: update.max_surge,
      maxUnavailable: update.max_unavailable,
      bakeMs: update.bake_ms,
      healthTimeoutMs: update.health_timeout_ms,
      steps: listIn(update.steps).map((step) => ({
        percent: objectIn(step).percent,
        pauseMs: objectIn(step).pause_ms,
      })),
      rollback: update.rollback,
    },
    `'update' of ${address}`,
  );
}

/** @throws KilnError `testing.service`, so that no assertion passes because of a slip in a name */
export function unknownService(name: string, known: readonly string[], where: string): KilnError {
  const there = known.length === 0 ? 'none' : known.map((one) => `'${one}'`).join(', ');
  return new KilnError(
    `there is no service '${name}' in ${where}; its services are ${there}, each named by its path in the stack`,
    { code: 'testing.service' },
  );
}
