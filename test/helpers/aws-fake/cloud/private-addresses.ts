import type { Claimed } from '../call';
import type { Answer } from '../refusal';

/** The fixed addresses of balancers, by ARN and subnet: moto takes them and forgets them. */
export class PrivateAddresses {
  private readonly addresses = new Map<string, ReadonlyMap<string, string>>();

  /** What moto answered, with the addresses in it. */
  complete({ action, parameters }: Claimed, answer: Answer): Answer {
    if (action !== 'CreateLoadBalancer' && action !== 'DescribeLoadBalancers') return answer;
    const body = answer.body.toString();
    if (action === 'CreateLoadBalancer') this.remember(body, parameters);
    return {
      ...answer,
      body: body
        .split(/(?=<member><LoadBalancerArn>)/)
        .map((one) => this.fill(one))
        .join(''),
    };
  }

  private remember(body: string, parameters: Claimed['parameters']): void {
    const given = Object.entries(parameters).flatMap(([name, address]) => {
      const [, index] = /^SubnetMappings\.member\.(\d+)\.PrivateIPv4Address$/.exec(name) ?? [];
      const subnet = parameters[`SubnetMappings.member.${index}.SubnetId`];
      return subnet === undefined ? [] : [[subnet, address] as const];
    });
    const arn = arnIn(body);
    if (arn !== undefined && given.length > 0) this.addresses.set(arn, new Map(given));
  }

  private fill(balancer: string): string {
    const addresses = this.addresses.get(arnIn(balancer) ?? '');
    if (addresses === undefined) return balancer;
    return balancer.replace(/<SubnetId>([^<]+)<\/SubnetId>/g, (subnet, id: string) => {
      const address = addresses.get(id);
      if (address === undefined) return subnet;
      const member = `<member><PrivateIPv4Address>${address}</PrivateIPv4Address></member>`;
      return `${subnet}<LoadBalancerAddresses>${member}</LoadBalancerAddresses>`;
    });
  }
}

function arnIn(text: string): string | undefined {
  return /<LoadBalancerArn>([^<]+)</.exec(text)?.[1];
}
