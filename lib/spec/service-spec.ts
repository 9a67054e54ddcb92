import * as v from 'valibot';
import { HealthCheckSpec } from './health-check-spec';
import { ImageSpec } from './image-spec';
import { parseWith } from './parse';
import { UpdatePolicySpec } from './update-policy-spec';

/** Lowercase letters, digits and hyphens: it becomes part of host names, file names and socket paths. */
export const ServiceName = v.pipe(
  v.string(),
  v.regex(
    /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/,
    'must be 1 to 40 lowercase letters, digits and hyphens, starting with a letter',
  ),
);

export const Port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));

/** A service that this one may call, and where its guests see it. */
export const PeerSpec = v.strictObject({
  /** The peer's name in the runtime. */
  service: ServiceName,
  /** IPv4 address inside the guest's network, 10.0.2.100 and up. */
  address: v.pipe(v.string(), v.ipv4()),
  /** Port at that address, and the one the peer's guests listen on. */
  port: Port,
});
export type PeerSpec = v.InferOutput<typeof PeerSpec>;

/** Everything the local runtime must know to run a service; nothing optional. */
export const ServiceSpec = v.strictObject({
  name: ServiceName,
  image: ImageSpec,
  /** Desired number of instances. */
  instances: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)),
  /** Memory of one instance, in MiB. */
  memoryMib: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(1024 * 1024)),
  /** TCP port that a guest listens on. */
  port: Port,
  /** The loopback port of the host that leads to the service: a number, `auto` (any free one, then kept), or none. */
  hostPort: v.union([Port, v.picklist(['auto', 'none'])]),
  peers: v.array(PeerSpec),
  healthCheck: HealthCheckSpec,
  update: UpdatePolicySpec,
  /** How long a departing instance may finish its connections, in ms. */
  drainMs: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type ServiceSpec = v.InferOutput<typeof ServiceSpec>;

/** @throws KilnError `spec.invalid`, naming the field, what was seen and what is allowed */
export function parseServiceSpec(input: unknown): ServiceSpec {
  return parseWith(ServiceSpec, input, 'service');
}
