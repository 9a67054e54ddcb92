import type { Xml } from '../xml';

export interface FakeTarget {
  readonly id: string;
  readonly port: number;
  readonly registeredAt: number;
  drainingSince: number | undefined;
  health: TargetHealth;
}

export interface TargetHealth {
  readonly state: 'initial' | 'healthy' | 'unhealthy' | 'unused' | 'draining' | 'unavailable';
  readonly reason: string | undefined;
  readonly description: string | undefined;
}

export interface FakeTargetGroup {
  readonly arn: string;
  readonly name: string;
  readonly protocol: string;
  readonly port: number;
  readonly vpcId: string | undefined;
  drainSeconds: number;
  check: {
    readonly protocol: string;
    readonly path: string | undefined;
    readonly codes: string | undefined;
    readonly intervalSeconds: number;
    readonly timeoutSeconds: number;
    readonly healthyCount: number;
    readonly unhealthyCount: number;
  };
  /** Instance and port, such as `i-0123:8080`. */
  readonly targets: Map<string, FakeTarget>;
}

export interface FakeListener {
  readonly arn: string;
  readonly balancerArn: string;
  readonly port: number;
  readonly protocol: string;
  forwards: readonly { readonly arn: string; readonly weight: number }[];
  /** All its default actions, as they were given last. */
  actions: Xml;
}
