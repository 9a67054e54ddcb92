import { createHash } from 'node:crypto';
import type { ServiceSpec } from './service-spec';

/** What of a specification is fixed at boot: a change of any of it needs new instances. */
export type LaunchSpec = Pick<ServiceSpec, 'memoryMib' | 'port' | 'peers'> & {
  /** Drivers decide which devices an instance gets. */
  readonly image: { readonly digest: string; readonly drivers?: readonly string[] | undefined };
};

/**
 * The revision of a service: 8 hex digits that name everything an instance cannot change while it runs, the image
 * digest first of all. The same specification gives the same revision on every machine, so the plan can name the
 * instances before they exist.
 */
export function revisionOf(launch: LaunchSpec): string {
  const peers = launch.peers
    .map((peer) => `${peer.address}:${peer.port}=${peer.service}`)
    .sort()
    .join(',');
  const { digest, drivers } = launch.image;
  const text = [digest, launch.memoryMib, launch.port, peers, ...(drivers ?? [])].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

/** `web-3fa9c1d2-0`: service, revision, ordinal from 0. */
export function instanceName(service: string, revision: string, ordinal: number): string {
  return `${service}-${revision}-${ordinal}`;
}

/** The names of all instances of a specification, in order. */
export function instanceNames(spec: LaunchSpec & Pick<ServiceSpec, 'name' | 'instances'>): string[] {
  const revision = revisionOf(spec);
  return Array.from({ length: spec.instances }, (_, ordinal) => instanceName(spec.name, revision, ordinal));
}
