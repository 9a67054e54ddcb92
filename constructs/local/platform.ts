import type { TerraformStack } from 'cdktf';
import { KilnError } from '../../lib/errors';
import {
  type Platform as Machines,
  qemuDisk,
  qemuKernel,
  qemuMicrovm,
  type System,
  systems,
  withSystems,
} from '../../lib/systems';
import { KilnProvider } from '../bindings';
import {
  type BoundImage,
  type IPlatform,
  type IServiceBinding,
  Platform,
  type ServiceDefinition,
} from '../platform';
import { ServiceBindings } from '../service-bindings';
import { StagedImages } from '../staged-images';
import { BootMode, type UnikernelImage } from '../unikernel-image';
import type { UnikernelService } from '../unikernel-service';
import { LocalServiceBinding } from './service';

/** QEMU on this machine: it emulates a PC, whatever the processor under it. */
const MACHINE = 'x86-64';

const TITLE = 'the local runtime';

/** Kernels that drive nothing on PCI get a microvm. */
const LOADED: Machines = {
  ...qemuKernel,
  title: TITLE,
  networks: [...qemuKernel.networks, 'virtio-net-mmio'],
  disks: [...qemuKernel.disks, ...qemuMicrovm.disks],
};
const FROM_DISK: Machines = { ...qemuDisk, title: TITLE };

export interface LocalPlatformProps {
  /**
   * Systems that Kiln does not know, or not well enough; one with the id of a known system takes its place.
   * @default - those that Kiln knows
   */
  readonly systems?: readonly System[];
}

/** The local runtime as a platform: every service is a `kiln_local_service`. */
export class LocalPlatform implements IPlatform {
  readonly bindings = new ServiceBindings<LocalServiceBinding>();
  private readonly images: StagedImages;
  private readonly hostPorts = new Map<number, UnikernelService>();

  /**
   * Makes `stack` run its services in the local runtime.
   * @throws KilnError `systems.invalid` or `systems.device` for a system that is none
   */
  constructor(stack: TerraformStack, props: LocalPlatformProps = {}) {
    this.images = new StagedImages(stack, props.systems ? withSystems(props.systems) : systems);
    new KilnProvider(stack, 'kiln');
    Platform.provide(stack, this);
  }

  bindImage(image: UnikernelImage): BoundImage {
    const loaded = image.kind === 'kernel' && image.boot === BootMode.DIRECT;
    return this.images.add(image, MACHINE, loaded ? LOADED : FROM_DISK);
  }

  bindService(service: UnikernelService, definition: ServiceDefinition): IServiceBinding {
    const binding = new LocalServiceBinding(service, definition, this);
    this.bindings.add(service, binding);
    return binding;
  }

  /** @throws KilnError `constructs.expose` for a port of the host that another service of the stack has */
  claimHostPort(service: UnikernelService, port: number): void {
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
