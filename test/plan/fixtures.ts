import { instanceNames, revisionOf, type ServiceSpec } from '../../lib/spec';

/** A service of three, as the constructs make it by default. */
export const WEB: ServiceSpec = {
  name: 'shop-web',
  image: {
    path: '/app/cdktf.out/web.elf',
    kind: 'kernel',
    digest: `sha256:${'a1'.repeat(32)}`,
    bootArgs: ['--greeting=hello', '--version=1'],
    boot: 'disk',
    initrd: null,
  },
  instances: 3,
  memoryMib: 64,
  port: 8080,
  hostPort: 'auto',
  peers: [],
  healthCheck: {
    protocol: 'http',
    path: '/healthz',
    intervalMs: 1000,
    timeoutMs: 1000,
    healthyThreshold: 1,
    unhealthyThreshold: 3,
    bootDeadlineMs: 15_000,
  },
  update: {
    strategy: 'rolling',
    maxSurge: '1',
    maxUnavailable: '0',
    bakeMs: 0,
    healthTimeoutMs: 15_000,
    steps: [],
    rollback: true,
  },
  drainMs: 5000,
};

/** Version 2 of {@link WEB}: another image, made with other arguments. */
export const WEB_2: ServiceSpec = {
  ...WEB,
  image: { ...WEB.image, digest: `sha256:${'b2'.repeat(32)}`, bootArgs: ['--greeting=hello', '--version=2'] },
};

/** The attributes that the provider has in plan and state for a specification. */
export function attributesOf(spec: ServiceSpec): Record<string, unknown> {
  return {
    ...(snakeCased({ ...spec }) as Record<string, unknown>),
    host_port: String(spec.hostPort),
    id: spec.name,
    endpoint: 'http://127.0.0.1:20000',
    revision: revisionOf(spec),
    instance_names: instanceNames(spec),
  };
}

/** One entry of `resource_changes`. */
export function serviceChange(before: ServiceSpec | null, after: ServiceSpec | null) {
  const actions = before && after ? ['update'] : before ? ['delete'] : ['create'];
  return {
    address: 'kiln_local_service.web',
    mode: 'managed',
    type: 'kiln_local_service',
    name: 'web',
    change: {
      actions,
      before: before && attributesOf(before),
      after: after && attributesOf(after),
      after_unknown: {},
      before_sensitive: {},
      after_sensitive: {},
    },
  };
}

export function planOf(...changes: unknown[]): string {
  return JSON.stringify({ format_version: '1.2', resource_changes: changes });
}

function snakeCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCased);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCased(part),
    ]),
  );
}
