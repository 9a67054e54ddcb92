import { HealthMonitor } from '../../lib/runtime/health';
import type { LaunchRequest, Machine } from '../../lib/runtime/machine';
import type { HealthCheckSpec, ImageSpec, ServiceSpec } from '../../lib/spec';

/** A request for one instance of a service that consists of nothing special. */
export function launchRequest(
  name: string,
  image: ImageSpec,
  spec: Partial<ServiceSpec> = {},
): LaunchRequest & { readonly spec: ServiceSpec } {
  return {
    name,
    revision: '12345678',
    restarts: 0,
    spec: {
      name: name.split('-')[0] as string,
      image,
      instances: 1,
      memoryMib: 16,
      port: 8080,
      hostPort: 'auto',
      peers: [],
      healthCheck: {
        protocol: 'http',
        path: '/healthz',
        intervalMs: 500,
        timeoutMs: 5000,
        healthyThreshold: 1,
        unhealthyThreshold: 2,
        bootDeadlineMs: 30_000,
      },
      update: {
        strategy: 'rolling',
        maxSurge: '1',
        maxUnavailable: '0',
        bakeMs: 0,
        healthTimeoutMs: 30_000,
        steps: [],
        rollback: true,
      },
      drainMs: 0,
      ...spec,
    },
  };
}

/** Waits until a machine is healthy; rejects with the reason when it is not by its boot deadline. */
export function untilHealthy(machine: Machine, check: Partial<HealthCheckSpec> = {}): Promise<void> {
  const { spec, hostPort } = machine.record;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      monitor.stop();
      settle();
    };
    const monitor = new HealthMonitor(
      { ...spec.healthCheck, ...check },
      {
        port: hostPort,
        guestPort: spec.port,
        hasPendingConnections: () => machine.hasPendingConnections(),
      },
      {
        onHealthy: () => finish(resolve),
        onUnhealthy: (reason) => finish(() => reject(new Error(reason))),
        onBootFailed: (reason) => finish(() => reject(new Error(reason))),
      },
    );
  });
}
