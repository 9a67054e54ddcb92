import { setTimeout as sleep } from 'node:timers/promises';
import {
  type RefreshPreferences,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { type AwsSession, type AwsTiming, type RolloutRequest, rollOut } from '../../../../lib/clouds/aws';
import type { KilnError } from '../../../../lib/errors';
import type { ServiceEvent, UpdatePolicySpec } from '../../../../lib/spec';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../../helpers/aws-fake';
import { sessionWith } from '../../../helpers/aws-work';
import { policy } from '../../../rollout/policies';

export interface WorldOptions {
  /** @default 2 */
  readonly instances?: number;
  /** Versions of the launch template beside the first. @default 1 */
  readonly newVersions?: number;
  readonly fake?: AwsFakeOptions;
  readonly timing?: Partial<AwsTiming>;
  readonly healthCheckType?: string;
  /** Before which no group gives up what its balancers call unhealthy. @default 100000 */
  readonly graceSeconds?: number;
  /** Of both versions. @default 't3.micro' */
  readonly instanceType?: string;
}

/** An instance that never gets healthy, and says why. */
export const SICK = {
  healthyAfterMs: 'never',
  unhealthyReason: 'Target.ResponseCodeMismatch: Health checks failed with these codes: [503]',
  console: 'booting\npanic: no config\n',
} as const;

/** Longer than a test takes: of what AWS counts in seconds, the fake lets a thousandth pass. */
export const AN_HOUR = 3_600_000;

/** A service that runs at version 1 of its launch template, which has a version 2. */
export class RolloutWorld {
  readonly events: ServiceEvent[] = [];
  private stopped: Promise<void> | undefined;

  constructor(
    readonly fake: AwsFake,
    readonly session: AwsSession,
    readonly template: string,
    readonly targets: string,
  ) {}

  static async start(options: WorldOptions = {}): Promise<RolloutWorld> {
    const fake = await startAwsFake({ pace: 2, ...options.fake });
    const session = await sessionWith(fake, options.timing);
    const { instanceType = 't3.micro' } = options;
    const { id } = fake.createLaunchTemplate({ instanceType });
    for (let more = options.newVersions ?? 1; more > 0; more--)
      fake.addTemplateVersion(id, { imageId: `ami-${more}` });
    return new RolloutWorld(fake, session, id, fake.createTargetGroup({ name: 'shop-web' }));
  }

  /** A group whose instances are all launched and healthy, unless `settle` is false. */
  static async serving(options: WorldOptions = {}): Promise<RolloutWorld> {
    const world = await RolloutWorld.start(options);
    world.createGroup(options);
    world.settle();
    return world;
  }

  /** A group that was just made: nothing of it is launched yet. */
  static async fresh(options: WorldOptions = {}): Promise<RolloutWorld> {
    const world = await RolloutWorld.start(options);
    world.createGroup(options);
    return world;
  }

  createGroup({ instances = 2, healthCheckType, graceSeconds = 100_000 }: WorldOptions = {}): void {
    this.fake.createGroup({
      name: 'shop-web',
      launchTemplate: { id: this.template, version: 1 },
      min: 1,
      max: 9,
      graceSeconds,
      desired: instances,
      targetGroupArns: [this.targets],
      ...(healthCheckType === undefined ? {} : { healthCheckType }),
    });
  }

  /** Lets what was begun come to its end. */
  settle(): void {
    this.fake.step(40);
  }

  /** What is launched from now on is well, and what never gets healthy is replaced, as after its group's grace period. */
  mend(): void {
    this.fake.clearFaults();
    this.fake.behave(() => ({}));
    for (const one of this.fake.instances('shop-web'))
      if (one.behaviour.healthyAfterMs === 'never') one.health = 'Unhealthy';
    // Or the next run would see it go, and take that for a failure of the version.
    this.settle();
  }

  request(changes: Partial<RolloutRequest> = {}, update: Partial<UpdatePolicySpec> = {}): RolloutRequest {
    return {
      service: 'shop-web',
      groups: [{ name: 'shop-web', targetGroupArns: [this.targets] }],
      launchTemplate: { id: this.template, version: 2 },
      update: policy({ healthTimeoutMs: 30_000, ...update }),
      alarms: [],
      ...changes,
    };
  }

  /** To the version that the group was made with. */
  first(update: Partial<UpdatePolicySpec> = {}): RolloutRequest {
    return this.request({ launchTemplate: { id: this.template, version: 1 } }, update);
  }

  /** As somebody does by hand, or an earlier run did. Its id. */
  async startRefresh(
    version: number | '$Latest',
    preferences: RefreshPreferences,
    template = this.template,
  ): Promise<string> {
    const client = await this.session.autoscaling();
    const LaunchTemplate = { LaunchTemplateId: template, Version: String(version) };
    const { InstanceRefreshId = '' } = await client.send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName: 'shop-web',
        DesiredConfiguration: { LaunchTemplate },
        Preferences: { InstanceWarmup: 0, ...preferences },
      }),
    );
    return InstanceRefreshId;
  }

  /** Makes a mix of instance types of the group's one. */
  async mix(Overrides: { InstanceType: string }[]): Promise<void> {
    const client = await this.session.autoscaling();
    const LaunchTemplateSpecification = { LaunchTemplateId: this.template, Version: '1' };
    const MixedInstancesPolicy = { LaunchTemplate: { LaunchTemplateSpecification, Overrides } };
    await client.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'shop-web', MixedInstancesPolicy }),
    );
  }

  /** Waits until the latest refresh is in this state. */
  async reaches(status: string): Promise<void> {
    for (let tries = 0; tries < 2000; tries++) {
      if (this.fake.refreshes('shop-web')[0]?.status === status) return;
      await sleep(5);
    }
    throw new Error(`the refresh is ${this.fake.refreshes('shop-web')[0]?.status}, not ${status}`);
  }

  rollOut(request = this.request(), signal?: AbortSignal) {
    return rollOut(request, this.session, { signal, onEvent: (event) => this.events.push(event) });
  }

  /** What it fails with. */
  async failure(request = this.request(), signal?: AbortSignal): Promise<KilnError> {
    const result = await this.rollOut(request, signal).then(
      (value) => ({ value }),
      (error: KilnError) => ({ error }),
    );
    if ('error' in result) return result.error;
    throw new Error(`it succeeded: ${JSON.stringify(result.value)}`);
  }

  /** Versions of the instances that are there and not on their way out, in order. */
  get versions(): number[] {
    const live = this.fake.instances('shop-web').filter(({ lifecycle }) => lifecycle !== 'Terminating');
    return live.map(({ template }) => template.version).sort();
  }

  get groupVersion(): string {
    return this.fake.group('shop-web').launch.template.version;
  }

  kinds(...wanted: ServiceEvent['kind'][]): string[] {
    return this.events.map(({ kind }) => kind).filter((kind) => wanted.length === 0 || wanted.includes(kind));
  }

  messages(kind: ServiceEvent['kind']): string[] {
    return this.events.filter((event) => event.kind === kind).map(({ message }) => message);
  }

  /** Once is enough. */
  async stop(): Promise<void> {
    this.stopped ??= this.fake.stop();
    this.session.close();
    await this.stopped;
  }
}
