import { type FirewallRule, mayBePublic, readRules, referenceIn } from './aws-rules';
import { type JsonResource, listIn, numberIn, textIn } from './terraform-json';
import type { TestedPort } from './tested-service';

/**
 * The ports that the internet reaches: listeners of public balancers whose security groups let it in, and whatever else a rule
 * opens to addresses that are not private, even where it cannot be told what the rule is in front of.
 */
export function readAwsPorts(resources: readonly JsonResource[]): TestedPort[] {
  const open = readRules(resources).filter(isOpen);
  const balancers = resources.filter(
    ({ type, arguments: args }) => type === 'aws_lb' && args.internal !== true,
  );
  const inFront = new Set(balancers.flatMap(groupsOf));
  return [
    ...balancers.flatMap((balancer) => listenerPorts(balancer, resources, open)),
    ...open.filter(({ group }) => !inFront.has(group)).map(rulePort),
  ];
}

function listenerPorts(
  balancer: JsonResource,
  resources: readonly JsonResource[],
  open: readonly FirewallRule[],
): TestedPort[] {
  const groups = groupsOf(balancer);
  // Without a group a balancer takes everything; what a group outside of the stack lets in is not known.
  const known = groups.length > 0 && groups.every((group) => group.includes('.'));
  return listenersOf(balancer.address, resources).flatMap(({ address, arguments: args }): TestedPort[] => {
    const port = numberIn(args.port);
    if (port === undefined) return [{ range: undefined, where: address }];
    const range = { from: port, to: port };
    if (!known) return [{ range, where: `${address}, by a firewall that is not in the stack, or none` }];
    const rules = open.filter((rule) => groups.includes(rule.group) && rule.from <= port && port <= rule.to);
    if (rules.length === 0) return [];
    const whom = rules.map((rule) => `${rangeOf(rule)} by ${rule.where}`).join(', ');
    return [{ range, where: `${address}, to ${whom}` }];
  });
}

/** The listeners of a balancer. */
export function listenersOf(balancer: string, resources: readonly JsonResource[]): JsonResource[] {
  return resources.filter(
    ({ type, arguments: args }) =>
      type === 'aws_lb_listener' && referenceIn(args.load_balancer_arn) === balancer,
  );
}

/** Addresses of a balancer's security groups, or the ids of those outside of the stack. */
export function groupsOf({ arguments: args }: JsonResource): string[] {
  return listIn(args.security_groups).map((value) => referenceIn(value) ?? textIn(value) ?? '');
}

function isOpen({ way, end }: FirewallRule): boolean {
  return way === 'in' && end.kind === 'range' && mayBePublic(end.range);
}

function rulePort(rule: FirewallRule): TestedPort {
  return { range: { from: rule.from, to: rule.to }, where: `${rule.where}, to ${rangeOf(rule)}` };
}

function rangeOf({ end }: FirewallRule): string {
  return end.kind === 'range' ? end.range : end.address;
}
