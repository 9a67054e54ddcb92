import { Annotations, TerraformOutput } from 'cdktf';
import { KilnError } from '../../lib/errors';
import { addDependencies } from '../add-dependencies';
import { LocalService } from '../bindings';
import { pathInStack } from '../path-in-stack';
import type { ConnectionDefinition, IServiceBinding, ServiceDefinition } from '../platform';
import type { ExposeOptions, UnikernelService } from '../unikernel-service';
import type { LocalPlatform } from './platform';
import { claimServiceName } from './service-name';

/** First and last address that QEMU's user network 10.0.2.0/24 can give to peers; its DHCP starts at .15. */
const FIRST_PEER = 100;
const LAST_PEER = 254;

/** A service in the local runtime: one `kiln_local_service`, named `Resource` below the service. */
export class LocalServiceBinding implements IServiceBinding {
  readonly resource: LocalService;

  constructor(
    private readonly service: UnikernelService,
    private readonly definition: ServiceDefinition,
    private readonly platform: LocalPlatform,
  ) {
    const { image } = definition;
    const { kind, boot, bootArgs } = image.source;
    this.resource = new LocalService(service, 'Resource', {
      ...definition,
      instances: leastOf(service, definition),
      name: claimServiceName(service),
      image: {
        path: image.path,
        kind,
        boot,
        bootArgs: [...bootArgs],
        digest: image.digest(bootArgs),
        initrd: image.initrd,
        ...(image.drivers ? { drivers: [...image.drivers] } : {}),
      },
      hostPort: 'none',
      peers: [],
    });
    // Readable in a plan: kiln_local_service.web, not kiln_local_service.web_1D2E3F4A.
    this.resource.overrideLogicalId(this.logicalId);
  }

  get endpoint(): string {
    return this.resource.endpoint;
  }

  expose(options: ExposeOptions): void {
    const hostPort = options.port === undefined ? 'auto' : `${options.port}`;
    const before = this.resource.hostPort;
    if (before === hostPort) return;
    if (before !== 'none') {
      throw new KilnError(
        `'${this.service.node.path}' is already exposed with port ${before}, and now with ${hostPort}; ` +
          'expose it once',
        { code: 'constructs.expose' },
      );
    }
    if (options.port !== undefined) this.platform.claimHostPort(this.service, options.port);
    this.resource.hostPort = hostPort;
    const output = new TerraformOutput(this.service, 'Endpoint', { value: this.endpoint });
    output.overrideLogicalId(`${this.logicalId}_endpoint`);
  }

  connect({ peer, bootArg }: ConnectionDefinition): void {
    const { bindings } = this.platform;
    const callee = bindings.find(peer);
    const address = this.nextAddress();
    this.resource.peers = [
      ...this.resource.peers,
      { service: callee.resource.name, address, port: peer.port },
    ];
    if (bootArg !== undefined) this.addBootArg(`${bootArg}=${address}:${peer.port}`);
    if (bindings.tryOrder(this, callee)) addDependencies(this.resource, [callee.resource]);
  }

  private get logicalId(): string {
    return pathInStack(this.service).join('-');
  }

  private nextAddress(): string {
    const host = FIRST_PEER + this.resource.peers.length;
    if (host <= LAST_PEER) return `10.0.2.${host}`;
    throw new KilnError(
      `'${this.service.node.path}' has ${this.resource.peers.length} connections, as many as its network has ` +
        'addresses for; put a service in between that passes calls on',
      { code: 'constructs.connection' },
    );
  }

  private addBootArg(arg: string): void {
    const bootArgs = [...this.resource.image.bootArgs, arg];
    this.resource.image = {
      ...this.resource.image,
      bootArgs,
      digest: this.definition.image.digest(bootArgs),
    };
  }
}

/** A machine does not grow with its load. */
function leastOf(service: UnikernelService, { instances: { min, max } }: ServiceDefinition): number {
  if (min !== max) {
    Annotations.of(service).addInfo(
      `'instances' is from ${min} to ${max}; the local runtime does not scale, and runs ${min}`,
    );
  }
  return min;
}
