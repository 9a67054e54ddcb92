import { SecurityGroup } from '@cdktf/provider-aws/lib/security-group';
import { VpcSecurityGroupEgressRule } from '@cdktf/provider-aws/lib/vpc-security-group-egress-rule';
import { VpcSecurityGroupIngressRule } from '@cdktf/provider-aws/lib/vpc-security-group-ingress-rule';
import type { TerraformResource } from 'cdktf';
import { Construct, type IConstruct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { checkKnown, checkPort } from '../checks';
import { Cidr } from './cidr';
import { awsName } from './names';

export interface FirewallProps {
  /** Such as `shop-web`. */
  readonly name: string;
  /** Name of its Terraform resource, unique among those of the stack: `web`. */
  readonly logicalId: string;
  /** May be a token. */
  readonly vpcId: string;
}

/** AWS takes 255 characters, of which the provider's suffix needs 26. */
const MAX_PREFIX = 100;

/** AWS' limit for the value of a tag. */
const MAX_TAG = 256;

/**
 * A security group that lets nothing in and nothing out until it is told to. A group does not filter what every instance
 * needs of AWS itself: DHCP, the VPC's resolver, the clock and instance metadata.
 */
export class Firewall extends Construct {
  /** Token: the security group's id. */
  readonly id: string;
  /** Its rules so far, for what must not start before they are there. */
  readonly rules: TerraformResource[] = [];
  private readonly name: string;
  private readonly logicalId: string;
  private readonly made = new Set<string>();

  constructor(scope: Construct, id: string, props: FirewallProps) {
    super(scope, id);
    this.name = props.name;
    this.logicalId = props.logicalId;
    const group = new SecurityGroup(this, 'Resource', {
      // What forces a new group, the VPC for one, must not wait until nothing is in the old one.
      namePrefix: `${awsName([props.name], MAX_PREFIX)}-`,
      description: 'Made by Kiln, opens declared ports to declared peers only',
      vpcId: props.vpcId,
      revokeRulesOnDelete: true,
      tags: { Name: props.name },
      lifecycle: { createBeforeDestroy: true },
    });
    group.overrideLogicalId(props.logicalId);
    this.id = group.id;
  }

  /** Lets what is in `source` call what is in this group, on one TCP port; both sides get their rule. */
  allowFrom(source: Firewall, port: number): void {
    this.addIngress(source.logicalId, port, source.name, { referencedSecurityGroupId: source.id });
    source.addEgress(this.logicalId, port, this.name, { referencedSecurityGroupId: this.id });
  }

  /**
   * Lets addresses call what is in this group, on one TCP port.
   * @param cidr such as `203.0.113.0/24`
   * @throws KilnError `constructs.network`, `constructs.number` or `constructs.token`
   */
  allowFromRange(cidr: string, port: number): void {
    checkRange(cidr, port);
    this.addIngress(wordOf(cidr), port, cidr, { cidrIpv4: cidr });
  }

  /**
   * Lets what is in this group call addresses, on one TCP port. Outside of the network they are reached by `nat` only.
   * @param cidr such as `203.0.113.0/24`
   * @throws KilnError `constructs.network`, `constructs.number` or `constructs.token`
   */
  allowToRange(cidr: string, port: number): void {
    checkRange(cidr, port);
    this.addEgress(wordOf(cidr), port, cidr, { cidrIpv4: cidr });
  }

  private addIngress(from: string, port: number, name: string, source: RuleEnd): void {
    const key = `from_${from}_${port}`;
    if (!this.claim(key)) return;
    const rule = new VpcSecurityGroupIngressRule(this, key, {
      ...this.ruleOn(port, `${this.name} from ${name}`),
      ...source,
    });
    rule.overrideLogicalId(`${this.logicalId}_${key}`);
    this.rules.push(rule);
  }

  private addEgress(to: string, port: number, name: string, target: RuleEnd): void {
    const key = `to_${to}_${port}`;
    if (!this.claim(key)) return;
    const rule = new VpcSecurityGroupEgressRule(this, key, {
      ...this.ruleOn(port, `${this.name} to ${name}`),
      ...target,
    });
    rule.overrideLogicalId(`${this.logicalId}_${key}`);
    this.rules.push(rule);
  }

  private claim(key: string): boolean {
    if (this.made.has(key)) return false;
    this.made.add(key);
    return true;
  }

  private ruleOn(port: number, name: string) {
    return {
      securityGroupId: this.id,
      ipProtocol: 'tcp',
      fromPort: port,
      toPort: port,
      tags: { Name: name.slice(0, MAX_TAG) },
    };
  }
}

interface RuleEnd {
  readonly cidrIpv4?: string;
  readonly referencedSecurityGroupId?: string;
}

/** The firewall of a service: its port is open to its balancers, and its peers' listeners are open to it. */
export class ServiceFirewall extends Firewall {
  /**
   * That of a service on AWS, to open what Kiln cannot know of: `ServiceFirewall.of(web).allowToRange('0.0.0.0/0', 443)`.
   * @throws KilnError `constructs.network` for what is no service on AWS
   */
  static of(service: IConstruct): ServiceFirewall {
    const firewall = service.node.tryFindChild('Firewall');
    if (firewall instanceof ServiceFirewall) return firewall;
    throw new KilnError(
      `'${service.node.path}' has no firewall, as it is no service of a stack on AWS; give one that is`,
      { code: 'constructs.network' },
    );
  }
}

function checkRange(cidr: string, port: number): void {
  checkKnown('cidr', cidr, 'it is part of the name of a rule');
  Cidr.parse(cidr, "'cidr'");
  checkPort('port', port, 'it is part of the name of a rule');
}

function wordOf(cidr: string): string {
  return cidr.replace(/[^0-9]/g, '-');
}
