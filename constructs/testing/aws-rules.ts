import {
  type Json,
  type JsonObject,
  type JsonResource,
  listIn,
  numberIn,
  objectIn,
  textIn,
} from './terraform-json';

/** Who is at the other end of a rule of a security group. */
export type RuleEnd =
  | { readonly kind: 'group'; readonly address: string }
  /** A range of addresses, or what only Terraform knows of one. */
  | { readonly kind: 'range'; readonly range: string };

/** What a security group lets in or out. */
export interface FirewallRule {
  /** Address of the security group that it is of. */
  readonly group: string;
  readonly way: 'in' | 'out';
  readonly from: number;
  readonly to: number;
  readonly end: RuleEnd;
  /** Address of the resource that says so. */
  readonly where: string;
}

const ALL = { from: 0, to: 65_535 } as const;

/** `${aws_security_group.web.id}` -> `aws_security_group.web`; undefined for anything but such a reference. */
export function referenceIn(value: Json | undefined): string | undefined {
  return /^\$\{([a-z0-9_]+\.[A-Za-z0-9_-]+)\.[a-z_]+\}$/.exec(textIn(value) ?? '')?.[1];
}

/** The rules of all security groups, in each of the forms that Terraform knows. */
export function readRules(resources: readonly JsonResource[]): FirewallRule[] {
  return resources.flatMap((resource) => {
    const { type, arguments: args, address } = resource;
    switch (type) {
      case 'aws_vpc_security_group_ingress_rule':
        return rulesOf(args, groupOf(args.security_group_id), 'in', address);
      case 'aws_vpc_security_group_egress_rule':
        return rulesOf(args, groupOf(args.security_group_id), 'out', address);
      case 'aws_security_group_rule':
        return rulesOf(
          args,
          groupOf(args.security_group_id),
          args.type === 'ingress' ? 'in' : 'out',
          address,
        );
      case 'aws_security_group':
        return [
          ...listIn(args.ingress).flatMap((block) => rulesOf(objectIn(block), address, 'in', address)),
          ...listIn(args.egress).flatMap((block) => rulesOf(objectIn(block), address, 'out', address)),
        ];
      default:
        return [];
    }
  });
}

function rulesOf(args: JsonObject, group: string, way: FirewallRule['way'], where: string): FirewallRule[] {
  const protocol = args.ip_protocol ?? args.protocol;
  const every = protocol === '-1' || protocol === 'all';
  const from = every ? ALL.from : (numberIn(args.from_port) ?? ALL.from);
  const to = every ? ALL.to : (numberIn(args.to_port) ?? ALL.to);
  return endsOf(args, group).map((end) => ({ group, way, from, to, end, where }));
}

function endsOf(args: JsonObject, group: string): RuleEnd[] {
  const groups = [
    args.referenced_security_group_id,
    args.source_security_group_id,
    ...listIn(args.security_groups),
  ].filter((value) => value !== undefined && value !== null);
  const ranges = [
    args.cidr_ipv4,
    args.cidr_ipv6,
    args.prefix_list_id,
    ...listIn(args.cidr_blocks),
    ...listIn(args.ipv6_cidr_blocks),
    ...listIn(args.prefix_list_ids),
  ].flatMap((value) => textIn(value) ?? []);
  return [
    ...groups.map((value): RuleEnd => ({ kind: 'group', address: groupOf(value) })),
    ...(args.self === true ? [{ kind: 'group', address: group } as const] : []),
    ...ranges.map((range): RuleEnd => ({ kind: 'range', range })),
  ];
}

/** A group outside of the stack goes by its id. */
function groupOf(value: Json | undefined): string {
  return referenceIn(value) ?? textIn(value) ?? '';
}

/** Ranges that the internet has no way to, with the bits that make them: RFC 1918, 6598, 3927, 1122, 4193 and 4291. */
const PRIVATE: readonly (readonly [pattern: RegExp, bits: number])[] = [
  [/^10\./, 8],
  [/^192\.168\./, 16],
  [/^172\.(1[6-9]|2\d|3[01])\./, 12],
  [/^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./, 10],
  [/^169\.254\./, 16],
  [/^127\./, 8],
  [/^f[cd][0-9a-f]{2}:/i, 7],
  [/^fe[89ab][0-9a-f]:/i, 10],
];

/** True unless it is certain that the internet has no address in it. */
export function mayBePublic(range: string): boolean {
  if (/^\$\{(data\.)?aws_(vpc|subnet)\.[^.]+\.(cidr_block|ipv6_cidr_block)\}$/.test(range)) return false;
  const bits = Number(range.split('/')[1] ?? Number.NaN);
  return !PRIVATE.some(([pattern, least]) => pattern.test(range) && bits >= least);
}
