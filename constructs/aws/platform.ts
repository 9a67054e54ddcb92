import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { Aspects, type TerraformStack, Token } from 'cdktf';
import type { IConstruct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { AWS_REGION } from '../../lib/spec';
import { type System, systems, withSystems } from '../../lib/systems';
import { KilnProvider } from '../bindings';
import { pathInStack } from '../path-in-stack';
import {
  type BoundImage,
  type IPlatform,
  type IServiceBinding,
  Platform,
  type ServiceDefinition,
} from '../platform';
import { ServiceBindings } from '../service-bindings';
import { StagedImages } from '../staged-images';
import type { UnikernelImage } from '../unikernel-image';
import type { UnikernelService } from '../unikernel-service';
import type { Balancer } from './balancer';
import { AwsBalancers } from './balancers';
import type { BoundNetwork } from './bound-network';
import { checkOptions } from './check-options';
import { ServiceFirewall } from './firewall';
import { requireMemory } from './instance-type';
import { findMachine, type Machine, warnOfDoubts } from './machine';
import { AwsNetwork } from './network';
import type { AwsServiceOptions } from './options';
import { AwsServiceBinding, type ServicePlatform } from './service';
import { claimServiceName } from './service-name';
import { StackSource } from './source';
import { subnetsIn } from './subnets-in';
import { AwsTags, checkTags } from './tags';

/** What a stack on AWS is told. The options of services hold for every service that says nothing else in `services`. */
export interface AwsPlatformProps extends AwsServiceOptions {
  /** Region that everything is in, such as `eu-central-1`. */
  readonly region: string;
  /** @default AwsNetwork.create() */
  readonly network?: AwsNetwork;
  /** What exposed services are reached through, one for the whole stack. @default Balancer.network() */
  readonly balancer?: Balancer;
  /** Options of single services, by the path of their constructs in the stack, such as `web` or `backend/api`. @default {} */
  readonly services?: Readonly<Record<string, AwsServiceOptions>>;
  /** Tags of everything in the stack that AWS tags. @default {} */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Systems that Kiln does not know, or not well enough; one with the id of a known system takes its place.
   * @default - those that Kiln knows
   */
  readonly systems?: readonly System[];
}

/** AWS as a platform: every service is an image, a launch template and groups of instances that a rollout moves. */
export class AwsPlatform implements IPlatform, ServicePlatform {
  readonly maxInstances = 1000;
  readonly balancers: AwsBalancers;
  readonly bindings = new ServiceBindings<AwsServiceBinding>();
  private readonly images: StagedImages;
  private readonly systems: readonly System[];
  private readonly machines = new Map<UnikernelService, Machine>();
  private readonly tagOf = new Map<IConstruct, string>();
  private bound: BoundNetwork | undefined;

  /**
   * Makes `stack` run its services on AWS. Its providers are the children `aws` and `kiln`.
   * @throws KilnError `constructs.region`, `constructs.tags`, and those of `systems`
   */
  constructor(
    private readonly stack: TerraformStack,
    private readonly props: AwsPlatformProps,
  ) {
    const { region, balancer, tags = {} } = props;
    checkRegion(region);
    checkTags(tags);
    this.systems = props.systems ? withSystems(props.systems) : systems;
    this.images = new StagedImages(stack, this.systems);
    const source = new StackSource(stack);
    new AwsProvider(stack, 'aws', { region });
    new KilnProvider(stack, 'kiln', { aws: { region } });
    this.balancers = new AwsBalancers(stack, {
      network: () => this.network,
      region,
      ...(balancer === undefined ? {} : { balancer }),
    });
    Platform.provide(stack, this);
    Aspects.of(stack).add({ visit: (node) => node === stack && this.checkWhole() });
    Aspects.of(stack).add(
      new AwsTags(
        tags,
        (construct) => this.serviceTagOf(construct),
        () => source.commit,
      ),
    );
  }

  bindImage(image: UnikernelImage, service: UnikernelService): BoundImage {
    const inspection = this.images.inspect(image);
    const machine = findMachine(service.node.path, image, inspection, this.optionsOf(service));
    this.machines.set(service, machine);
    const bound = this.images.add(image, machine.type.machine, machine.type.platform, machine.boot.layout);
    warnOfDoubts(service, machine);
    return bound;
  }

  bindService(service: UnikernelService, definition: ServiceDefinition): IServiceBinding {
    const { inspection, type, boot } = this.machines.get(service) as Machine;
    const options = this.optionsOf(service);
    const { path } = service.node;
    checkOptions(path, options, definition);
    requireMemory(path, type.name, definition.memoryMib);
    const name = claimServiceName(service);
    this.tagOf.set(service, name.tag);
    const { vpcId } = this.network;
    const binding = new AwsServiceBinding(
      {
        service,
        definition,
        name,
        options,
        type,
        boot,
        userData: options.userData?.render(service, this.systems, inspection.system?.id),
        firewall: new ServiceFirewall(service, 'Firewall', { name: name.name, logicalId: name.id, vpcId }),
        subnetIds: subnetsIn(this.network, options.zones, path).map(({ id }) => id),
        tags: this.props.tags ?? {},
      },
      this,
    );
    this.bindings.add(service, binding);
    return binding;
  }

  private get network(): BoundNetwork {
    this.bound ??= (this.props.network ?? AwsNetwork.create()).bind(this.stack, this.props.region);
    return this.bound;
  }

  private optionsOf(service: UnikernelService): AwsServiceOptions {
    return { ...this.props, ...this.props.services?.[pathInStack(service).join('/')] };
  }

  private serviceTagOf(construct: IConstruct): string | undefined {
    return construct.node.scopes.map((scope) => this.tagOf.get(scope)).find((tag) => tag !== undefined);
  }

  /** What can be said only when all services are there. */
  private checkWhole(): void {
    const bindings = this.bindings.all();
    const paths = bindings.map(([service]) => pathInStack(service).join('/'));
    const unknown = Object.keys(this.props.services ?? {}).find((path) => !paths.includes(path));
    if (unknown !== undefined) {
      const there = paths.length === 0 ? 'none' : paths.map((path) => `'${path}'`).join(', ');
      throw new KilnError(
        `'services' of stack '${this.stack.node.id}' has options for '${unknown}', and its services are: ${there}`,
        { code: 'constructs.services' },
      );
    }
    for (const [, binding] of bindings) binding.checkWhole();
  }
}

/** @throws KilnError `constructs.region` */
function checkRegion(region: string): void {
  if (Token.isUnresolved(region) || AWS_REGION.test(region)) return;
  throw new KilnError(`'region' is ${JSON.stringify(region)}; give one such as 'eu-central-1'`, {
    code: 'constructs.region',
  });
}
