import {
  DescribeInstanceRefreshesCommand,
  type InstanceRefresh,
  type RefreshPreferences,
  StartInstanceRefreshCommand,
} from '@aws-sdk/client-auto-scaling';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../helpers/aws-fake';
import { type Clients, clientsOf } from '../../helpers/aws-fake/clients';

/** Enough for anything that ends: steps are free. */
const MOST_STEPS = 2000;

/** A group `web` in service with version 1 of a template that has a version 2, and a fake that only steps move. */
export class RefreshFixture {
  readonly name = { AutoScalingGroupName: 'web' };

  private constructor(
    readonly fake: AwsFake,
    readonly clients: Clients,
    readonly templateId: string,
    readonly targets: string,
  ) {}

  static async open(
    size: number,
    options: AwsFakeOptions & { graceSeconds?: number; max?: number } = {},
  ): Promise<RefreshFixture> {
    const { graceSeconds = 60, max = 20, ...settings } = options;
    const fake = await startAwsFake({ pace: 0, ...settings });
    const template = fake.createLaunchTemplate();
    fake.addTemplateVersion(template.id, {});
    const targets = fake.createTargetGroup();
    const sizes = { min: 0, max, desired: size, graceSeconds };
    fake.createGroup({ name: 'web', launchTemplate: template, targetGroupArns: [targets], ...sizes });
    fake.step(10);
    return new RefreshFixture(fake, clientsOf(fake), template.id, targets);
  }

  async close(): Promise<void> {
    this.clients.close();
    await this.fake.stop();
  }

  start(preferences: RefreshPreferences = {}, version = '2'): Promise<unknown> {
    return this.clients.autoscaling.send(
      new StartInstanceRefreshCommand({
        ...this.name,
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: this.templateId, Version: version } },
        Preferences: { InstanceWarmup: 0, ...preferences },
      }),
    );
  }

  async latest(): Promise<InstanceRefresh> {
    const { InstanceRefreshes = [] } = await this.clients.autoscaling.send(
      new DescribeInstanceRefreshesCommand(this.name),
    );
    return InstanceRefreshes[0] as InstanceRefresh;
  }

  /** Steps until the newest refresh is in the state; `each` looks at every step. @throws where it never is */
  until(status: string, each: () => void = () => undefined): void {
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      if (this.status === status) return;
      this.fake.step();
      each();
    }
    throw new Error(`not ${status} but ${this.status}: ${this.fake.refreshes('web')[0]?.reason}`);
  }

  /** Steps until it is so. @throws where it never is */
  stepUntil(isSo: () => boolean): void {
    for (let steps = 0; !isSo(); steps++) {
      if (steps === MOST_STEPS) throw new Error(`never so: ${this.status}, ${this.versions}`);
      this.fake.step();
    }
  }

  get status(): string {
    return this.fake.refreshes('web')[0]?.status ?? 'none';
  }

  /** Those that count for the size. */
  get live() {
    return this.fake.instances('web').filter(({ lifecycle }) => ['Pending', 'InService'].includes(lifecycle));
  }

  /** In service, and healthy for the balancer too. */
  get serving(): number {
    const health = this.fake.targetHealth(this.targets);
    return this.live.filter(({ id, lifecycle }) => lifecycle === 'InService' && health[id] === 'healthy')
      .length;
  }

  /** Versions of those that count for the size, such as `1 1 2`. */
  get versions(): string {
    return this.live
      .map(({ template: { version } }) => version)
      .sort()
      .join(' ');
  }

  /** The version that the group itself names. */
  get own(): string {
    return this.fake.group('web').launch.template.version;
  }
}
