import type { IConstruct } from 'constructs';
import { KilnError } from '../lib/errors';
import type { HealthCheckSpec, UpdatePolicySpec } from '../lib/spec';
import type { Device } from '../lib/systems';
import type { InstanceRange, ScalingSpec } from './scaling';
import type { UnikernelImage } from './unikernel-image';
import type { ExposeOptions, UnikernelService } from './unikernel-service';

/** An image that was read and found to boot on a platform, and that synth stages beside the stack. */
export interface BoundImage {
  readonly source: UnikernelImage;
  /** The staged file, relative to Terraform's working folder: `images/<sha256>.elf`. */
  readonly path: string;
  /** The staged file that is loaded beside the kernel, likewise; null where there is none. */
  readonly initrd: string | null;
  /** What it drives, where a user knows better than Kiln. @default - what Kiln finds out by looking at it */
  readonly drivers?: readonly Device[];
  /** Memory that its system boots with, in MiB; undefined where no system is recognised. */
  readonly memoryMib: number | undefined;
  /** The image's name with these boot arguments, `sha256:` and 64 hexadecimal digits (design decision 2). */
  digest(bootArgs: readonly string[]): string;
}

/** A service with every default filled in, as a platform receives it. */
export interface ServiceDefinition {
  readonly image: BoundImage;
  /** Where both are the same, they may be a token. */
  readonly instances: InstanceRange;
  /** What moves the number of instances in that range; undefined for nothing. */
  readonly scaling: ScalingSpec | undefined;
  readonly memoryMib: number;
  readonly port: number;
  readonly healthCheck: HealthCheckSpec;
  readonly update: UpdatePolicySpec;
  readonly drainMs: number;
}

/** A connection from one service to another, already found possible on every platform. */
export interface ConnectionDefinition {
  readonly peer: UnikernelService;
  /** Boot argument that gets the peer's address, such as `--api`; undefined where the image takes none. */
  readonly bootArg: string | undefined;
}

/** What a platform made of a service. It takes what is declared after the service's construction. */
export interface IServiceBinding {
  /** Token: where the service is reached from outside. */
  readonly endpoint: string;
  expose(options: ExposeOptions): void;
  connect(connection: ConnectionDefinition): void;
}

/** Where services run: the local runtime, or a cloud. What only some platforms can do is an interface of its own. */
export interface IPlatform {
  /** The most instances that a service may have. @default 100 */
  readonly maxInstances?: number;
  /** Reads an image for a service, has it staged, and refuses what could not boot here. */
  bindImage(image: UnikernelImage, service: UnikernelService): BoundImage;
  /** Makes the resources of a service, as its children; called once, by the service's constructor. */
  bindService(service: UnikernelService, definition: ServiceDefinition): IServiceBinding;
}

/** Registered by name, as cdktf does, so that two copies of this module find each other's platforms. */
const PLATFORM = Symbol.for('kiln-cdk/platform');

/** Finds the platform of a construct. */
export const Platform = {
  /** Makes everything below `scope` run on `platform`. */
  provide(scope: IConstruct, platform: IPlatform): void {
    Object.defineProperty(scope, PLATFORM, { value: platform });
  },

  /**
   * The platform of the nearest scope that has one.
   * @throws KilnError `constructs.no-platform`
   */
  of(construct: IConstruct): IPlatform {
    for (const scope of [...construct.node.scopes].reverse()) {
      const platform = (scope as { [PLATFORM]?: IPlatform })[PLATFORM];
      if (platform) return platform;
    }
    throw new KilnError(
      `'${construct.node.path}' is not inside a stack with a platform, so there is nowhere to run it; ` +
        "create it in a stack such as LocalStack from 'kiln-cdk/stacks'",
      { code: 'constructs.no-platform' },
    );
  },
};
