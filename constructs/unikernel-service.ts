import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { KilnError } from '../lib/errors';
import type { UpdatePolicySpec } from '../lib/spec';
import { Duration, PercentOrCount, Size } from '../lib/units';
import { checkPort } from './checks';
import { Connections } from './connections';
import { HealthCheck } from './health-check';
import { type IServiceBinding, Platform } from './platform';
import { RollingUpdatePolicy } from './rolling-update-policy';
import { type InstanceRange, resolveInstances, type Scaling } from './scaling';
import type { UnikernelImage } from './unikernel-image';

export interface UnikernelServiceProps {
  /** What every instance runs. */
  readonly image: UnikernelImage;
  /** TCP port that an instance listens on, 1 to 65535. */
  readonly port: number;
  /**
   * Number of instances, 1 to 100 on one machine and 1 to 1000 in a cloud; or the least and the most, between which a
   * cloud moves it by `scaling`. One number may be a token where services run locally. @default 1
   */
  readonly instances?: number | InstanceRange;
  /** What moves the number of instances within its range; the local runtime keeps to the least. @default - nothing */
  readonly scaling?: Scaling;
  /** Memory of one instance, in whole MiB. @default - what the image's system boots with, else Size.mebibytes(32) */
  readonly memory?: Size;
  /** @default HealthCheck.tcp() */
  readonly healthCheck?: HealthCheck;
  /** How a new version takes over. @default RollingUpdatePolicy.rolling() */
  readonly update?: RollingUpdatePolicy;
  /** How long a departing instance may finish its connections. @default Duration.seconds(10) */
  readonly drainTimeout?: Duration;
}

export interface ExposeOptions {
  /**
   * Port that it is reached on, 1 to 65535: of this machine where it runs locally, of the public balancer on AWS.
   * @default - locally any free one, kept from then on; on AWS 443 with a certificate, otherwise 80
   */
  readonly port?: number;
}

const DEFAULT_MEMORY = Size.mebibytes(32);
const DEFAULT_DRAIN_TIMEOUT = Duration.seconds(10);
/** More instances than this on one machine is a slip of the finger; see `ServiceSpec` in lib/spec. */
const MAX_INSTANCES = 100;

/**
 * A number of equal unikernels behind one address, replaced as a whole when the image changes.
 *
 * Nothing that runs is ever edited: a change of image, memory, port or connections makes new instances, and the update
 * policy says how they take over.
 */
export class UnikernelService extends Construct {
  readonly image: UnikernelImage;
  readonly port: number;
  /** Whom this service may call. */
  readonly connections: Connections;
  private readonly binding: IServiceBinding;

  /** @throws KilnError for an impossible prop, an image that cannot boot here, or a scope without a platform */
  constructor(scope: Construct, id: string, props: UnikernelServiceProps) {
    super(scope, id);
    const platform = Platform.of(this);
    const { scaling, drainTimeout = DEFAULT_DRAIN_TIMEOUT } = props;
    checkPort('port', props.port, 'it is part of the addresses that other services get');
    const instances = resolveInstances(props.instances ?? 1, scaling, platform.maxInstances ?? MAX_INSTANCES);
    const update = (props.update ?? RollingUpdatePolicy.rolling()).toSpec();
    checkProgress(update, instances.min);
    this.image = props.image;
    this.port = props.port;
    const image = platform.bindImage(props.image, this);
    const memory = props.memory ?? (image.memoryMib ? Size.mebibytes(image.memoryMib) : DEFAULT_MEMORY);
    this.binding = platform.bindService(this, {
      image,
      port: props.port,
      instances,
      scaling: scaling?.toSpec(),
      memoryMib: wholeMebibytes(memory),
      healthCheck: (props.healthCheck ?? HealthCheck.tcp()).toSpec(),
      update,
      drainMs: drainTimeout.toMilliseconds(),
    });
    this.connections = new Connections(this, this.binding);
  }

  /** Token: where the service is reached from outside, `http://HOST:PORT`; null in Terraform unless it is exposed. */
  get endpoint(): string {
    return this.binding.endpoint;
  }

  /**
   * Makes the service reachable from outside: from this machine where it runs locally. Peers do not need it.
   * @throws KilnError `constructs.number`, `constructs.token` or `constructs.expose`
   */
  expose(options: ExposeOptions = {}): void {
    if (options.port !== undefined)
      checkPort('port', options.port, 'two services must not take the same one');
    this.binding.expose(options);
  }
}

/** A share may come to nothing: 10% of 3 instances, rounded down. */
function checkProgress(update: UpdatePolicySpec, instances: number): void {
  if (update.strategy !== 'rolling' || Token.isUnresolved(instances)) return;
  const surge = PercentOrCount.parse(update.maxSurge).roundedUp(instances);
  const unavailable = PercentOrCount.parse(update.maxUnavailable).roundedDown(instances);
  if (surge > 0 || unavailable > 0) return;
  throw new KilnError(
    `'maxUnavailable' is ${update.maxUnavailable}, which of ${instances} 'instances' comes to 0, and 'maxSurge' is ` +
      `${update.maxSurge}, so no instance could ever be replaced; set one of them to 1 or more`,
    { code: 'constructs.update-policy' },
  );
}

function wholeMebibytes(memory: Size): number {
  const mebibytes = memory.toMebibytes();
  if (Number.isInteger(mebibytes) && mebibytes >= 2 && mebibytes <= 1024 * 1024) return mebibytes;
  throw new KilnError(`'memory' is ${memory}; give whole MiB, from 2 MiB to 1024 GiB`, {
    code: 'constructs.memory',
  });
}
