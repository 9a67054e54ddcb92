import { type TerraformMetaArguments, TerraformResource } from 'cdktf';
import type { Construct } from 'constructs';
import type { HealthCheckSpec, ImageSpec, PeerSpec, UpdatePolicySpec } from '../../lib/spec';
import { literal } from './literal';
import { renderUpdate } from './render-update';

/** Arguments of `kiln_local_service`; the resource holds them as fields, to be changed until synth. */
export interface LocalServiceConfig extends TerraformMetaArguments {
  /** Name in the runtime, `<stack>-<service>`. */
  readonly name: string;
  /** Its paths are relative to Terraform's working folder. */
  readonly image: ImageSpec;
  /** May be a token. */
  readonly instances: number;
  readonly memoryMib: number;
  readonly port: number;
  /** `auto`, `none` or a port of the host, in decimal. */
  readonly hostPort: string;
  readonly peers: readonly PeerSpec[];
  readonly healthCheck: HealthCheckSpec;
  readonly update: UpdatePolicySpec;
  readonly drainMs: number;
}

/** The Terraform resource `kiln_local_service`: a service of N unikernels in the local runtime. */
export class LocalService extends TerraformResource {
  static readonly tfResourceType = 'kiln_local_service';

  name: string;
  image: ImageSpec;
  instances: number;
  memoryMib: number;
  port: number;
  hostPort: string;
  peers: readonly PeerSpec[];
  healthCheck: HealthCheckSpec;
  update: UpdatePolicySpec;
  drainMs: number;

  constructor(scope: Construct, id: string, config: LocalServiceConfig) {
    super(scope, id, {
      ...config,
      terraformResourceType: LocalService.tfResourceType,
      terraformGeneratorMetadata: { providerName: 'kiln' },
    });
    this.name = config.name;
    this.image = config.image;
    this.instances = config.instances;
    this.memoryMib = config.memoryMib;
    this.port = config.port;
    this.hostPort = config.hostPort;
    this.peers = config.peers;
    this.healthCheck = config.healthCheck;
    this.update = config.update;
    this.drainMs = config.drainMs;
  }

  /** Token: the resource's name in the provider. */
  get id(): string {
    return this.getStringAttribute('id');
  }

  /** Token: `http://127.0.0.1:PORT` or `tcp://127.0.0.1:PORT`; null where `hostPort` is `none`. */
  get endpoint(): string {
    return this.getStringAttribute('endpoint');
  }

  /** Token: 8 hexadecimal digits, see `revisionOf` in lib/spec. */
  get revision(): string {
    return this.getStringAttribute('revision');
  }

  /** Token: the names of the instances, in order. */
  get instanceNames(): string[] {
    return this.getListAttribute('instance_names');
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return {
      name: this.name,
      image: renderImage(this.image),
      instances: this.instances,
      memory_mib: this.memoryMib,
      port: this.port,
      host_port: this.hostPort,
      peers: this.peers.map(({ service, address, port }) => ({ service, address, port })),
      health_check: renderHealthCheck(this.healthCheck),
      update: renderUpdate(this.update),
      drain_ms: this.drainMs,
    };
  }
}

function renderImage(image: ImageSpec): Record<string, unknown> {
  return {
    path: image.path,
    kind: image.kind,
    digest: image.digest,
    boot_args: image.bootArgs.map(literal),
    boot: image.boot,
    ...(image.initrd === null ? {} : { initrd: image.initrd }),
    ...(image.drivers === undefined ? {} : { drivers: image.drivers }),
  };
}

function renderHealthCheck(check: HealthCheckSpec): Record<string, unknown> {
  return {
    protocol: check.protocol,
    path: literal(check.path),
    interval_ms: check.intervalMs,
    timeout_ms: check.timeoutMs,
    healthy_threshold: check.healthyThreshold,
    unhealthy_threshold: check.unhealthyThreshold,
    boot_deadline_ms: check.bootDeadlineMs,
  };
}
