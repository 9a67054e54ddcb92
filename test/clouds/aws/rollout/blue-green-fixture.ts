import { setTimeout as sleep } from 'node:timers/promises';
import type { AwsSession, AwsTiming } from '../../../../lib/clouds/aws';
import { rollOutBlueGreen } from '../../../../lib/clouds/aws/rollout/blue-green';
import type { RolloutRequest } from '../../../../lib/clouds/aws/rollout/rollout-request';
import type { ServiceEvent, UpdatePolicySpec } from '../../../../lib/spec';
import { type AwsFake, type AwsFakeOptions, startAwsFake } from '../../../helpers/aws-fake';
import { sessionWith } from '../../../helpers/aws-work';

const UPDATE: UpdatePolicySpec = {
  strategy: 'blue-green',
  maxSurge: '0',
  maxUnavailable: '0',
  bakeMs: 0,
  healthTimeoutMs: 20_000,
  steps: [],
  rollback: true,
};

type Colour = 'blue' | 'green';

/** A service of two groups behind listeners, none of which has an instance yet. */
export class BlueGreenBench {
  fake!: AwsFake;
  session!: AwsSession;
  readonly events: ServiceEvent[] = [];
  /** What a test does at an event. */
  onEvent: (event: ServiceEvent) => void = () => undefined;
  template = '';
  listeners: string[] = [];
  private targets: readonly [blue: string, green: string] = ['', ''];

  async start(options: AwsFakeOptions = {}, timing: Partial<AwsTiming> = {}, listeners = 2): Promise<this> {
    this.fake = await startAwsFake({ pace: 2, ...options });
    this.session = await sessionWith(this.fake, { settleMs: 20_000, ...timing });
    this.template = this.fake.createLaunchTemplate().id;
    this.targets = [this.target('blue', listeners > 0), this.target('green', listeners > 0)];
    this.listeners = Array.from({ length: listeners }, () => this.listener(100, 0));
    for (const [index, name] of (['blue', 'green'] as const).entries()) {
      this.fake.createGroup({
        name,
        launchTemplate: { id: this.template },
        min: 0,
        max: 0,
        // What is not healthy in time is found by the rollout before its group replaces it.
        graceSeconds: 60_000,
        targetGroupArns: listeners > 0 ? [this.targets[index] as string] : [],
      });
    }
    return this;
  }

  async stop(): Promise<void> {
    this.session.close();
    await this.fake.stop();
  }

  /** A new version of the template. */
  version(): number {
    return this.fake.addTemplateVersion(this.template, {});
  }

  request(version: number, changes: Partial<RolloutRequest> = {}): RolloutRequest {
    const isBalanced = this.listeners.length > 0;
    return {
      service: 'shop-web',
      groups: (['blue', 'green'] as const).map((name, index) => ({
        name,
        targetGroupArns: isBalanced ? [this.targets[index] as string] : [],
      })),
      launchTemplate: { id: this.template, version },
      update: UPDATE,
      size: { min: 2, max: 2, desired: 2 },
      listeners: this.listeners.map((arn) => ({ arn })),
      alarms: [],
      ...changes,
    };
  }

  rollOut(version: number, changes: Partial<RolloutRequest> = {}, signal?: AbortSignal) {
    return rollOutBlueGreen(this.request(version, changes), this.session, {
      signal,
      onEvent: (event) => {
        this.events.push(event);
        this.onEvent(event);
      },
    });
  }

  policy(changes: Partial<UpdatePolicySpec>): Partial<RolloutRequest> {
    return { update: { ...UPDATE, ...changes } };
  }

  /** Versions that run, by colour, and what each listener gives blue and green. */
  standing() {
    return {
      blue: this.versions('blue'),
      green: this.versions('green'),
      weights: this.listeners.map((arn) => this.weights(arn)),
    };
  }

  /** Where all is as it should be with one colour. */
  settled(colour: Colour, version: number, instances = 2) {
    const running = Array.from({ length: instances }, () => version);
    const weights = colour === 'blue' ? [100, 0] : [0, 100];
    return {
      blue: colour === 'blue' ? running : [],
      green: colour === 'green' ? running : [],
      weights: this.listeners.map(() => weights),
    };
  }

  /** Waits until what groups do without anybody watching is done. */
  async quiet(): Promise<void> {
    while (this.fake.groups.some(({ name, desired }) => this.fake.instances(name).length !== desired))
      await sleep(2);
  }

  setWeights(listener: number, blue: number, green: number): void {
    const found = this.fake.listeners.find(({ arn }) => arn === this.listeners[listener]);
    if (!found) throw new Error(`no listener ${listener}`);
    const copied = this.listener(blue, green);
    const made = this.fake.listeners.find(({ arn }) => arn === copied);
    if (!made) throw new Error('no listener to copy');
    found.forwards = made.forwards;
    found.actions = made.actions;
  }

  /** Leaves a listener only one colour, as one has it that is older than the other; `bare` as AWS may name a single one. */
  leadOnlyTo(colour: Colour, listener: number, form: 'bare' | 'weighted' = 'weighted'): void {
    const found = this.fake.listeners.find(({ arn }) => arn === this.listeners[listener]);
    if (!found) throw new Error(`no listener ${listener}`);
    const arn = this.targets[colour === 'blue' ? 0 : 1];
    found.forwards = [{ arn, weight: 1 }];
    const ForwardConfig = { TargetGroups: [{ TargetGroupArn: arn, Weight: 1 }] };
    const action = { Type: 'forward', Order: 1 };
    found.actions = [form === 'bare' ? { ...action, TargetGroupArn: arn } : { ...action, ForwardConfig }];
  }

  kinds(): string[] {
    return this.events.map(({ kind }) => kind);
  }

  private versions(name: Colour): number[] {
    return this.fake.instances(name).map(({ template }) => template.version);
  }

  private weights(arn: string): number[] {
    const forwards = this.fake.listeners.find((one) => one.arn === arn)?.forwards ?? [];
    return this.targets.map((target) => forwards.find((one) => one.arn === target)?.weight ?? -1);
  }

  private target(name: Colour, isBalanced: boolean): string {
    return isBalanced ? this.fake.createTargetGroup({ name, drainSeconds: 2, listener: false }) : '';
  }

  private listener(blue: number, green: number): string {
    return this.fake.createListener([
      { arn: this.targets[0], weight: blue },
      { arn: this.targets[1], weight: green },
    ]);
  }
}
