import type { TerraformStack } from 'cdktf';
import { KilnError } from '../../lib/errors';
import { KilnProvider } from '../bindings';
import {
  type BoundImage,
  type ConnectionDefinition,
  type IPlatform,
  type IServiceBinding,
  Platform,
  type ServiceDefinition,
} from '../platform';
import { StagedImages } from '../staged-images';
import type { UnikernelImage } from '../unikernel-image';
import type { UnikernelService } from '../unikernel-service';
import { LocalServiceBinding } from './service';

/** QEMU on this machine: it emulates a PC, whatever the processor under it. */
const MACHINE = 'x86-64';

/** The local runtime as a platform: every service is a `kiln_local_service`. */
export class LocalPlatform implements IPlatform {
  private readonly images: StagedImages;
  private readonly bindings = new Map<UnikernelService, LocalServiceBinding>();
  private readonly hostPorts = new Map<number, UnikernelService>();

  /** Makes `stack` run its services in the local runtime. */
  constructor(stack: TerraformStack) {
    this.images = new StagedImages(stack);
    new KilnProvider(stack, 'kiln');
    Platform.provide(stack, this);
  }

  bindImage(image: UnikernelImage): BoundImage {
    return this.images.add(image, MACHINE);
  }

  bindService(service: UnikernelService, definition: ServiceDefinition): IServiceBinding {
    const binding = new LocalServiceBinding(service, definition);
    this.bindings.set(service, binding);
    return {
      endpoint: binding.endpoint,
      expose: (options) => {
        this.claimHostPort(service, options.port);
        binding.expose(options);
      },
      connect: (connection) => binding.connect(connection, this.bindingOf(connection)),
    };
  }

  private bindingOf({ peer }: ConnectionDefinition): LocalServiceBinding {
    const binding = this.bindings.get(peer);
    if (binding) return binding;
    throw new KilnError(`'${peer.node.path}' runs on another platform; connect services of one platform`, {
      code: 'constructs.connection',
    });
  }

  private claimHostPort(service: UnikernelService, port: number | undefined): void {
    if (port === undefined) return;
    const other = this.hostPorts.get(port);
    if (other && other !== service) {
      throw new KilnError(
        `'port' ${port} is wanted by '${other.node.path}' and by '${service.node.path}'; give one of them another ` +
          "port, or leave 'port' out for a free one",
        { code: 'constructs.expose' },
      );
    }
    this.hostPorts.set(port, service);
  }
}
