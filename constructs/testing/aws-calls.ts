import { groupsOf, listenersOf } from './aws-ports';
import { type FirewallRule, readRules, referenceIn } from './aws-rules';
import { type Json, type JsonResource, listIn, numberIn, objectIn } from './terraform-json';
import type { TestedCall } from './tested-service';

/** What of a service decides whom it may call and who may call it. */
export interface CallableService {
  readonly name: string;
  /** Addresses of its instances' security groups. */
  readonly firewalls: readonly string[];
  /** Addresses of the target groups that its instances are in. */
  readonly targetGroups: readonly string[];
}

/**
 * Whom each service may call: straight, or over a balancer's listener, where every security group on the way lets it through;
 * and ranges of addresses that its own lets it call.
 */
export function readAwsCalls(
  services: readonly CallableService[],
  resources: readonly JsonResource[],
): Map<string, TestedCall[]> {
  const paths = new CallPaths(services, resources);
  return new Map(services.map((service) => [service.name, paths.callsOf(service)]));
}

class CallPaths {
  private readonly rules: readonly FirewallRule[];
  private readonly balancers: readonly JsonResource[];

  constructor(
    private readonly services: readonly CallableService[],
    private readonly resources: readonly JsonResource[],
  ) {
    this.rules = readRules(resources);
    this.balancers = resources.filter(({ type }) => type === 'aws_lb');
  }

  callsOf(caller: CallableService): TestedCall[] {
    const out = this.rules.filter(({ way, group }) => way === 'out' && caller.firewalls.includes(group));
    const all = out.flatMap((rule) =>
      rule.end.kind === 'range'
        ? [{ to: rule.end.range, where: rule.where }]
        : [...this.straight(rule, rule.end.address), ...this.balanced(rule, rule.end.address)],
    );
    return all.filter(({ to }, index) => all.findIndex((other) => other.to === to) === index);
  }

  private straight(rule: FirewallRule, group: string): TestedCall[] {
    return this.services
      .filter(
        ({ firewalls }) => firewalls.includes(group) && this.letsIn(group, rule.group, rule.from, rule.to),
      )
      .map(({ name }) => ({ to: name, where: rule.where }));
  }

  private balanced(rule: FirewallRule, group: string): TestedCall[] {
    const balancers = this.balancers.filter((balancer) => groupsOf(balancer).includes(group));
    const listeners = balancers.flatMap(({ address }) => listenersOf(address, this.resources));
    return listeners.flatMap(({ address, arguments: args }) => {
      const port = numberIn(args.port) ?? -1;
      if (port < rule.from || port > rule.to || !this.letsIn(group, rule.group, port, port)) return [];
      const targets = targetsIn(args.default_action);
      return this.services
        .filter((service) => targets.some((target) => this.isReached(service, target, group)))
        .map(({ name }) => ({ to: name, where: `${rule.where}, over ${address}` }));
    });
  }

  /** From the balancer on: its own rule out, and the service's rule in, on the target group's port. */
  private isReached(service: CallableService, target: string, balancerGroup: string): boolean {
    if (!service.targetGroups.includes(target)) return false;
    const targetGroup = this.resources.find(({ address }) => address === target);
    const port = numberIn(targetGroup?.arguments.port) ?? -1;
    return service.firewalls.some(
      (group) =>
        this.allows('out', balancerGroup, group, port, port) && this.letsIn(group, balancerGroup, port, port),
    );
  }

  private letsIn(group: string, from: string, first: number, last: number): boolean {
    return this.allows('in', group, from, first, last);
  }

  /** Whether a rule covers any of the ports. */
  private allows(
    way: FirewallRule['way'],
    group: string,
    other: string,
    first: number,
    last: number,
  ): boolean {
    return this.rules.some(
      (rule) =>
        rule.way === way &&
        rule.group === group &&
        rule.end.kind === 'group' &&
        rule.end.address === other &&
        rule.from <= last &&
        rule.to >= first,
    );
  }
}

/** Target groups that a listener leads to, whichever way that is written. */
function targetsIn(actions: Json | undefined): string[] {
  return listIn(actions).flatMap((action) => {
    const { target_group_arn: single, forward } = objectIn(action);
    const groups = listIn(forward).flatMap((block) => listIn(objectIn(block).target_group));
    return [single, ...groups.map((group) => objectIn(group).arn)].flatMap((arn) => referenceIn(arn) ?? []);
  });
}
