import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import {
  instanceNames,
  parseServiceSpec,
  revisionOf,
  type ServiceSpec,
  type ServiceStatus,
} from '../../spec';
import type { LocalServicePlan, LocalServiceState } from './local-service-schema';
import { policyArguments } from './update-attribute';

/** The arguments of the resource, without what is computed. */
export type LocalServiceArguments = Omit<LocalServicePlan, 'id' | 'endpoint' | 'revision' | 'instance_names'>;

/**
 * What the runtime is asked for.
 * @param folder Terraform's working folder, against which the image's path is resolved
 * @throws KilnError `spec.invalid`
 */
export function specOf(plan: LocalServiceArguments, folder: string): ServiceSpec {
  const { image, health_check: check } = plan;
  return parseServiceSpec({
    name: plan.name,
    image: {
      path: resolve(folder, image.path),
      kind: image.kind,
      digest: image.digest,
      bootArgs: image.boot_args,
      boot: image.boot,
      initrd: image.initrd ? resolve(folder, image.initrd) : null,
      ...(image.drivers ? { drivers: image.drivers } : {}),
    },
    instances: plan.instances,
    memoryMib: plan.memory_mib,
    port: plan.port,
    hostPort: /^\d+$/.test(plan.host_port) ? Number(plan.host_port) : plan.host_port,
    peers: plan.peers,
    healthCheck: {
      protocol: check.protocol,
      path: check.path,
      intervalMs: check.interval_ms,
      timeoutMs: check.timeout_ms,
      healthyThreshold: check.healthy_threshold,
      unhealthyThreshold: check.unhealthy_threshold,
      bootDeadlineMs: check.boot_deadline_ms,
    },
    update: policyArguments(plan.update),
    drainMs: plan.drain_ms,
  });
}

/** What Terraform is to remember: the service as the runtime has it. */
export function stateOf(status: ServiceStatus, folder: string): LocalServiceState {
  const { spec } = status;
  const { image, healthCheck: check, update } = spec;
  return {
    id: spec.name,
    name: spec.name,
    image: {
      path: pathFrom(folder, image.path),
      kind: image.kind,
      digest: image.digest,
      boot_args: image.bootArgs,
      boot: image.boot,
      initrd: image.initrd === null ? null : pathFrom(folder, image.initrd),
      drivers: image.drivers ?? null,
    },
    instances: spec.instances,
    memory_mib: spec.memoryMib,
    port: spec.port,
    host_port: String(spec.hostPort),
    peers: spec.peers,
    health_check: {
      protocol: check.protocol,
      path: check.path,
      interval_ms: check.intervalMs,
      timeout_ms: check.timeoutMs,
      healthy_threshold: check.healthyThreshold,
      unhealthy_threshold: check.unhealthyThreshold,
      boot_deadline_ms: check.bootDeadlineMs,
    },
    update: {
      strategy: update.strategy,
      max_surge: update.maxSurge,
      max_unavailable: update.maxUnavailable,
      bake_ms: update.bakeMs,
      health_timeout_ms: update.healthTimeoutMs,
      steps: update.steps.map((step) => ({ percent: step.percent, pause_ms: step.pauseMs })),
      rollback: update.rollback,
    },
    drain_ms: spec.drainMs,
    endpoint: status.endpoint,
    revision: revisionOf(spec),
    instance_names: instanceNames(spec),
  };
}

/** The endpoint, where it can be said before there is one; undefined where only the runtime can. */
export function plannedEndpoint(
  spec: ServiceSpec,
  prior: LocalServiceState | null,
): string | null | undefined {
  if (spec.hostPort === 'none') return null;
  const port = spec.hostPort === 'auto' ? keptPort(prior) : spec.hostPort;
  return port === undefined ? undefined : `${spec.healthCheck.protocol}://127.0.0.1:${port}`;
}

/** A port that the runtime chose stays with the service for as long as it lives. */
function keptPort(prior: LocalServiceState | null): number | undefined {
  if (prior?.host_port !== 'auto' || !prior.endpoint) return undefined;
  return Number(new URL(prior.endpoint).port) || undefined;
}

/** Relative where it lies below the folder, so that the state says the same on every machine. */
function pathFrom(folder: string, path: string): string {
  const fromHere = relative(realpathSync(folder), path);
  return fromHere.startsWith('..') || isAbsolute(fromHere) ? path : fromHere;
}
