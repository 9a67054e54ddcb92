import { AwsProvider } from '@cdktf/provider-aws/lib/provider';
import { DefaultTokenResolver, StringConcat, TerraformStack, Testing, Tokenization } from 'cdktf';
import { Construct } from 'constructs';
import { HealthCheck } from '../../../constructs';
import type { BalancedService } from '../../../constructs/aws/balanced-service';
import type { ExistingNetworkOptions } from '../../../constructs/aws/existing-network';
import { ServiceFirewall } from '../../../constructs/aws/firewall';
import { temporaryFolder } from '../fixtures';

export const REGION = 'eu-central-1';

export function awsStack(id = 'shop'): TerraformStack {
  const stack = new TerraformStack(Testing.app({ outdir: temporaryFolder() }), id);
  new AwsProvider(stack, 'aws', { region: REGION });
  return stack;
}

/** What Terraform gets; of resources that are not there, an empty object. */
export function synthesised(stack: TerraformStack): StackJson {
  const json = JSON.parse(Testing.synth(stack)) as Partial<StackJson>;
  return { resource: {}, data: {}, ...json };
}

/** A value with its tokens as Terraform gets them. */
export function resolved(stack: TerraformStack, value: unknown): unknown {
  const resolver = new DefaultTokenResolver(new StringConcat());
  return Tokenization.resolve(value, { scope: stack, resolver, preparing: false });
}

/** The resources of one type, by name. */
export function resources(stack: TerraformStack, type: string): Record<string, Resource> {
  return synthesised(stack).resource[type] ?? {};
}

// biome-ignore lint/suspicious/noExplicitAny: tests read whatever was synthesised
export type Resource = Record<string, any>;

export interface StackJson {
  readonly resource: Record<string, Record<string, Resource>>;
  readonly data: Record<string, Record<string, Resource>>;
}

/** A VPC of somebody else, with room for a stack in two zones. */
export const EXISTING: ExistingNetworkOptions = {
  vpcId: 'vpc-1',
  cidr: '172.31.0.0/16',
  privateSubnets: [
    { id: 'subnet-a', zone: 'eu-central-1a', cidr: '172.31.0.0/24' },
    { id: 'subnet-b', zone: 'eu-central-1b', cidr: '172.31.1.0/24' },
  ],
  publicSubnets: [
    { id: 'subnet-c', zone: 'eu-central-1a', cidr: '172.31.2.0/24' },
    { id: 'subnet-d', zone: 'eu-central-1b', cidr: '172.31.3.0/24' },
  ],
};

/** A service without anything that runs it. */
export function balanced(
  stack: TerraformStack,
  id: string,
  options: Partial<Pick<BalancedService, 'port' | 'colours' | 'drainMs'>> & { check?: HealthCheck } = {},
): BalancedService {
  const { port = 8080, colours = 1, drainMs = 10_000, check = HealthCheck.tcp() } = options;
  const construct = new Construct(stack, id);
  const securityGroup = new ServiceFirewall(construct, 'Firewall', {
    name: `${stack.node.id}-${id}`,
    logicalId: id,
    vpcId: 'vpc-1',
  });
  return { id, construct, port, colours, drainMs, healthCheck: check.toSpec(), securityGroup };
}

/** How Terraform's JSON refers to an attribute: `aws_vpc.network.id`. */
export function ref(attribute: string): string {
  return `\${${attribute}}`;
}
