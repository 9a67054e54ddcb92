import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  type Action,
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupAttributesCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
  type TargetGroup,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { FakeListener, FakeTargetGroup } from '../balancing/model';
import { Refusal } from '../refusal';
import type { State } from '../state';

/** Learns from moto what it made that the fake's groups and health depend on. */
export class InStep {
  private readonly elb: ElasticLoadBalancingV2Client;
  private readonly ec2: EC2Client;
  /** One after another: of two at once the older answer could win. */
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly endpoint: string,
    private readonly region: string,
  ) {
    // The SDK warns that a later one will need a newer Node.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    const credentials = { accessKeyId: 'AKIAKILNTEST', secretAccessKey: 'secret' };
    const settings = { endpoint, region, credentials };
    this.elb = new ElasticLoadBalancingV2Client(settings);
    this.ec2 = new EC2Client(settings);
  }

  close(): void {
    this.elb.destroy();
    this.ec2.destroy();
  }

  /** Target groups and listeners, after anything of theirs changed. */
  balancing(state: State): Promise<void> {
    const next = this.last.then(() => this.learnWhatStays(state));
    this.last = next.catch(() => undefined);
    return next;
  }

  /** Terraform deletes much at once: what was listed may be gone when it is asked about, and is then listed no more. */
  private async learnWhatStays(state: State): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.learnBalancing(state);
      } catch (error) {
        if (tries === 20 || !/NotFound/.test((error as Error).name)) throw error;
      }
    }
  }

  private async learnBalancing(state: State): Promise<void> {
    const { TargetGroups = [] } = await this.elb.send(new DescribeTargetGroupsCommand({}));
    const found = await Promise.all(TargetGroups.map((group) => this.targetGroup(state, group)));
    replace(state.balancing.groups, found);
    const { LoadBalancers = [] } = await this.elb.send(new DescribeLoadBalancersCommand({}));
    const listeners = await Promise.all(
      LoadBalancers.map(({ LoadBalancerArn = '' }) => this.listeners(LoadBalancerArn)),
    );
    replace(state.balancing.listeners, listeners.flat());
    const rules = await Promise.all(listeners.flat().map(({ arn }) => this.rules(arn)));
    state.balancing.inRules.clear();
    for (const arn of rules.flat()) state.balancing.inRules.add(arn);
  }

  private async targetGroup(state: State, group: TargetGroup): Promise<FakeTargetGroup> {
    const arn = group.TargetGroupArn ?? '';
    const command = new DescribeTargetGroupAttributesCommand({ TargetGroupArn: arn });
    const { Attributes = [] } = await this.elb.send(command);
    const delay = Attributes.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value;
    return {
      arn,
      name: group.TargetGroupName ?? '',
      protocol: group.Protocol ?? 'HTTP',
      port: group.Port ?? 80,
      vpcId: group.VpcId,
      drainSeconds: Number(delay ?? 300),
      check: {
        protocol: group.HealthCheckProtocol ?? 'HTTP',
        path: group.HealthCheckPath,
        codes: group.Matcher?.HttpCode,
        intervalSeconds: group.HealthCheckIntervalSeconds ?? 30,
        timeoutSeconds: group.HealthCheckTimeoutSeconds ?? 5,
        healthyCount: group.HealthyThresholdCount ?? 5,
        unhealthyCount: group.UnhealthyThresholdCount ?? 2,
      },
      targets: state.balancing.groups.get(arn)?.targets ?? new Map(),
    };
  }

  private async listeners(balancerArn: string): Promise<FakeListener[]> {
    const command = new DescribeListenersCommand({ LoadBalancerArn: balancerArn });
    const { Listeners = [] } = await this.elb.send(command);
    return Listeners.map((listener) => ({
      arn: listener.ListenerArn ?? '',
      balancerArn,
      port: listener.Port ?? 0,
      protocol: listener.Protocol ?? '',
      forwards: (listener.DefaultActions ?? []).flatMap(forwardsOf),
      actions: [],
    }));
  }

  private async rules(listenerArn: string): Promise<string[]> {
    const { Rules = [] } = await this.elb.send(new DescribeRulesCommand({ ListenerArn: listenerArn }));
    return Rules.flatMap(({ Actions = [] }) => Actions.flatMap(forwardsOf)).map(({ arn }) => arn);
  }

  /** The zones of subnets that a group is put into. @throws Refusal where one is not there */
  async subnets(state: State, ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => !state.fleet.subnets.has(id));
    if (unknown.length === 0) return;
    const { Subnets = [] } = await this.ec2.send(new DescribeSubnetsCommand({}));
    for (const { SubnetId = '', AvailabilityZone = '', CidrBlock = '' } of Subnets) {
      state.fleet.subnets.set(SubnetId, { zone: AvailabilityZone, cidr: CidrBlock });
    }
    const gone = unknown.find((id) => !state.fleet.subnets.has(id));
    if (gone !== undefined) {
      throw new Refusal('ValidationError', `The subnet ID '${gone}' does not exist`);
    }
  }

  /** Alarms and their states: moto's CloudWatch, asked as any client asks, for want of a client. */
  async alarms(state: State): Promise<void> {
    const authorization = `AWS4-HMAC-SHA256 Credential=AKIAKILNTEST/20200101/${this.region}/monitoring/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    const response = await fetch(this.endpoint, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=DescribeAlarms&Version=2010-08-01',
    });
    const text = await response.text();
    for (const [, name = '', value] of text.matchAll(
      /<AlarmName>([^<]+)<\/AlarmName>[\s\S]*?<StateValue>(OK|ALARM|INSUFFICIENT_DATA)<\/StateValue>/g,
    )) {
      state.fleet.alarms.set(name, value as 'OK' | 'ALARM' | 'INSUFFICIENT_DATA');
    }
  }
}

function forwardsOf({ TargetGroupArn, ForwardConfig }: Action): { arn: string; weight: number }[] {
  const many = (ForwardConfig?.TargetGroups ?? []).map((one) => ({
    arn: one.TargetGroupArn ?? '',
    weight: one.Weight ?? 1,
  }));
  if (many.length > 0) return many;
  return TargetGroupArn ? [{ arn: TargetGroupArn, weight: 1 }] : [];
}

function replace<T extends { readonly arn: string }>(map: Map<string, T>, items: readonly T[]): void {
  map.clear();
  for (const item of items) map.set(item.arn, item);
}
