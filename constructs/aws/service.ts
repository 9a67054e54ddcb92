import { Annotations, Lazy, TerraformOutput, type TerraformResource, Token } from 'cdktf';
import { KilnError } from '../../lib/errors';
import { addDependencies } from '../add-dependencies';
import type { ConnectionDefinition, IServiceBinding } from '../platform';
import type { ServiceBindings } from '../service-bindings';
import type { ExposeOptions } from '../unikernel-service';
import type { BalancedService, InternalReach, PublicReach, Reach } from './balanced-service';
import type { AwsBalancers } from './balancers';
import { createScaling } from './group-scaling';
import { createServiceResources, type ServicePlan, type ServiceResources } from './service-resources';

/** What a service needs of its platform. */
export interface ServicePlatform {
  readonly balancers: AwsBalancers;
  readonly bindings: ServiceBindings<AwsServiceBinding>;
}

/** A service on AWS: an image, a launch template, a group or two of instances, and the rollout that moves them. */
export class AwsServiceBinding implements IServiceBinding {
  readonly resources: ServiceResources;
  private readonly balanced: BalancedService;
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
    this.follow(this.public);
  }

  connect({ peer, bootArg }: ConnectionDefinition): void {
    const { bindings } = this.platform;
    const callee = bindings.find(peer);
    const { address } = callee.letIn(this);
    if (bootArg !== undefined) this.addBootArg(`${bootArg}=${address}`);
    this.waitFor(this.plan.firewall.rules);
    if (bindings.tryOrder(this, callee)) this.waitFor([callee.resources.rollout]);
  }

  /**
   * Looks at the service when all is declared.
   * @throws KilnError `constructs.scaling` where no balancer counts the requests that it is to be scaled by
   */
  checkWhole(): void {
    const { service, definition, firewall } = this.plan;
    // The user may have opened it meanwhile.
    this.waitFor(firewall.rules);
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
    const isFirst = this.internal === undefined;
    this.internal = this.platform.balancers.reach(this.balanced, caller.plan.firewall);
    if (isFirst) this.follow(this.internal);
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

  /** Has the groups and the rollout go by a balancer that leads to the service from now on. */
  private follow({ dependsOn }: Reach): void {
    const { groups, rollout } = this.resources;
    for (const [index, group] of groups.entries()) {
      group.targetGroupArns = this.targetGroupArns(index);
      group.healthCheckType = 'ELB';
    }
    rollout.groups = groups.map(({ name }, index) => ({
      name,
      targetGroupArns: this.targetGroupArns(index),
    }));
    if (groups.length === 2) rollout.listeners = this.reaches.map(({ listenerArn }) => listenerArn);
    this.waitFor(this.plan.firewall.rules);
    addDependencies(rollout, dependsOn);
  }

  /** Has instances start after others are there. */
  private waitFor(others: readonly TerraformResource[]): void {
    const { groups, rollout } = this.resources;
    for (const resource of [...groups, rollout]) addDependencies(resource, others);
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
}

function noRequests(service: string, why: string): KilnError {
  return new KilnError(
    `'scaling' of '${service}' is by requests, which only a public application balancer counts, and ${why}; expose it in a ` +
      "stack with 'balancer: Balancer.application()', or scale it by Scaling.onCpu(60)",
    { code: 'constructs.scaling' },
  );
}
