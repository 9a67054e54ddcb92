import { Annotations, dependable, type ITerraformDependable, Lazy, TerraformOutput, Token } from 'cdktf';
import { KilnError } from '../../lib/errors';
import type { ConnectionDefinition, IServiceBinding } from '../platform';
import type { ExposeOptions } from '../unikernel-service';
import type { BalancedService, InternalReach, PublicReach, Reach } from './balanced-service';
import type { AwsBalancers } from './balancers';
import { createScaling } from './group-scaling';
import { createServiceResources, type ServicePlan, type ServiceResources } from './service-resources';

/** What a service needs of its platform. */
export interface ServicePlatform {
  readonly balancers: AwsBalancers;
  /** @throws KilnError `constructs.connection` */
  findBinding(service: ConnectionDefinition['peer']): AwsServiceBinding;
}

/** A service on AWS: an image, a launch template, a group or two of instances, and the rollout that moves them. */
export class AwsServiceBinding implements IServiceBinding {
  readonly resources: ServiceResources;
  private readonly balanced: BalancedService;
  private readonly after = new Set<AwsServiceBinding>();
  private internal: InternalReach | undefined;
  private public: PublicReach | undefined;
  private isNoted = false;

  constructor(
    private readonly plan: ServicePlan,
    private readonly platform: ServicePlatform,
  ) {
    const { service, definition, name, firewall, options } = plan;
    const { healthCheck, drainMs, port, scaling } = definition;
    this.resources = createServiceResources(plan);
    const colours = this.resources.groups.length === 2 ? 2 : 1;
    this.balanced = {
      id: name.id,
      construct: service,
      port,
      healthCheck,
      drainMs,
      colours,
      securityGroup: firewall,
    };
    if (scaling?.metric === 'cpu') this.scale();
    options.consoleLog?.bind({
      construct: service,
      service: name.name,
      groupNames: this.resources.groups.map((group) => group.name),
    });
    this.wire();
  }

  get endpoint(): string {
    return Token.asString(Lazy.anyValue({ produce: () => this.public?.endpoint ?? Token.nullValue() }));
  }

  /** @throws KilnError `constructs.expose`, `constructs.balancer`, `constructs.certificate` or `constructs.network` */
  expose({ port }: ExposeOptions): void {
    const { certificate, allowedRanges, redirectHttp } = this.plan.options;
    const isFirst = this.public === undefined;
    this.public = this.platform.balancers.expose(this.balanced, {
      ...(port === undefined ? {} : { port }),
      ...(certificate === undefined ? {} : { certificate }),
      ...(allowedRanges === undefined ? {} : { from: allowedRanges }),
      ...(redirectHttp === undefined ? {} : { redirectHttp }),
    });
    if (!isFirst) return;
    if (this.plan.definition.scaling?.metric === 'requests') this.scale(this.public);
    const output = new TerraformOutput(this.plan.service, 'Endpoint', { value: this.endpoint });
    output.overrideLogicalId(`${this.plan.name.id}_endpoint`);
    this.wire();
  }

  connect({ peer, bootArg }: ConnectionDefinition): void {
    const binding = this.platform.findBinding(peer);
    const { address } = binding.letIn(this);
    if (bootArg !== undefined) this.addBootArg(`${bootArg}=${address}`);
    // Services may call each other in a circle, Terraform's dependencies may not: what would close one is left out.
    if (!binding.waitsFor(this)) this.after.add(binding);
    this.wire();
  }

  /**
   * Looks at the service when all is declared.
   * @throws KilnError `constructs.scaling` where no balancer counts the requests that it is to be scaled by
   */
  checkWhole(): void {
    // The user may have opened the firewall meanwhile.
    this.wire();
    const { service, definition } = this.plan;
    const { path } = service.node;
    if (definition.scaling?.metric === 'requests' && this.public === undefined) {
      throw noRequests(path, 'it is not exposed');
    }
    if (this.isBalanced || this.isNoted) return;
    this.isNoted = true;
    Annotations.of(service).addInfo(
      `no balancer leads to '${path}', so its health check is not used: on AWS, an instance counts as healthy when EC2 says ` +
        'that it runs',
    );
  }

  /** Lets a service call this one. */
  private letIn(caller: AwsServiceBinding): InternalReach {
    this.internal = this.platform.balancers.reach(this.balanced, caller.plan.firewall);
    this.wire();
    return this.internal;
  }

  private addBootArg(arg: string): void {
    const { ami } = this.resources;
    const bootArgs = [...ami.image.bootArgs, arg];
    ami.image = { ...ami.image, bootArgs, digest: this.plan.definition.image.digest(bootArgs) };
  }

  private scale(reach?: PublicReach): void {
    const { service, definition, name } = this.plan;
    if (definition.scaling === undefined) return;
    if (reach !== undefined && reach.requestLabels === undefined) {
      throw noRequests(service.node.path, "the stack's public balancer is a network balancer");
    }
    for (const [index, group] of this.resources.groups.entries()) {
      const id = index === 0 ? 'Scaling' : 'GreenScaling';
      const policy = createScaling(service, id, group, definition.scaling, reach?.requestLabels?.[index]);
      policy.overrideLogicalId(index === 0 ? name.id : `${name.id}-green`);
    }
  }

  /** Brings together what leads to the service and what runs it; again whenever something of it was declared. */
  private wire(): void {
    const { groups, rollout } = this.resources;
    const { firewall } = this.plan;
    const peers = [...this.after].map(({ resources }) => resources.rollout);
    const before = namesOf([...firewall.rules, ...peers]);
    for (const [index, group] of groups.entries()) {
      group.targetGroupArns = this.targetGroupArns(index);
      // A group must not kill what its balancer does not see healthy where there is no balancer.
      group.healthCheckType = this.isBalanced ? 'ELB' : 'EC2';
      group.dependsOn = before;
    }
    rollout.groups = groups.map(({ name }, index) => ({
      name,
      targetGroupArns: this.targetGroupArns(index),
    }));
    if (groups.length === 2) rollout.listeners = this.reaches.map(({ listenerArn }) => listenerArn);
    rollout.dependsOn = [...before, ...namesOf(this.reaches.flatMap(({ dependsOn }) => dependsOn))];
  }

  /** Whether AWS asks the instances themselves how they are. */
  private get isBalanced(): boolean {
    return this.reaches.length > 0;
  }

  private get reaches(): Reach[] {
    return [this.public, this.internal].filter((reach) => reach !== undefined);
  }

  private targetGroupArns(index: number): string[] {
    return this.reaches.map(({ targetGroupArns }) => targetGroupArns[index] as string);
  }

  private waitsFor(other: AwsServiceBinding, seen = new Set<AwsServiceBinding>()): boolean {
    if (this === other) return true;
    seen.add(this);
    return [...this.after].some((next) => !seen.has(next) && next.waitsFor(other, seen));
  }
}

function namesOf(resources: readonly ITerraformDependable[]): string[] {
  return resources.map((resource) => dependable(resource));
}

function noRequests(service: string, why: string): KilnError {
  return new KilnError(
    `'scaling' of '${service}' is by requests, which only a public application balancer counts, and ${why}; expose it in a ` +
      "stack with 'balancer: Balancer.application()', or scale it by Scaling.onCpu(60)",
    { code: 'constructs.scaling' },
  );
}
