/** Terraform JSON of a small stack, as cdktf writes one. */
export function stackJson(overrides: { resource?: object; data?: object; provider?: object } = {}) {
  return {
    terraform: { required_providers: {} },
    provider: { aws: [{ region: 'eu-central-1' }] },
    ...overrides,
  };
}

/** A reference, such as `aws_vpc.Network.id`. */
export function ref(path: string): string {
  return `\${${path}}`;
}

/** The tags of every resource of the stack `shop`. */
export const SHOP = { 'kiln:stack': 'shop' };

/** A network with a subnet, a firewall, and a group behind a balancer. */
export const SHOP_RESOURCES = {
  aws_vpc: { Network: { cidr_block: '10.0.0.0/16', enable_dns_hostnames: true, tags: SHOP } },
  aws_subnet: { Zone: { vpc_id: ref('aws_vpc.Network.id'), tags: SHOP } },
  aws_security_group: { Web: { tags: SHOP } },
  aws_vpc_security_group_ingress_rule: { Web: { tags: SHOP } },
  aws_lb: { Public: { load_balancer_type: 'network', tags: SHOP } },
  aws_lb_target_group: { Web: { tags: SHOP } },
  aws_lb_listener: { Web: { tags: SHOP } },
  aws_launch_template: { Web: { tags: SHOP } },
  aws_autoscaling_group: { Web: { tag: [{ key: 'kiln:stack', value: 'shop', propagate_at_launch: true }] } },
  kiln_ami: { Web: { image: {} } },
};
