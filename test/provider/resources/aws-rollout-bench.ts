import type { AwsTiming } from '../../../lib/clouds/aws';
import type { AnyProvider, Values } from '../../../lib/plugin/definition';
import type { DynamicValue, ResponseOf } from '../../../lib/plugin/protocol/messages';
import { handlers } from '../../../lib/plugin/rpc/handlers';
import { Session } from '../../../lib/plugin/rpc/session';
import { objectShape } from '../../../lib/plugin/schema/schema';
import { decodeValue, encodeValue } from '../../../lib/plugin/values/codec';
import { awsConfigOf, providerSchema } from '../../../lib/provider/aws-config';
import { Aws } from '../../../lib/provider/aws-meta';
import { awsRollout } from '../../../lib/provider/resources/aws-rollout';
import { awsRolloutSchema } from '../../../lib/provider/resources/aws-rollout-schema';
import type { ServiceEvent } from '../../../lib/spec';
import type { AwsFake } from '../../helpers/aws-fake';
import { TEST_TIMING } from '../../helpers/aws-work';

const shape = objectShape(awsRolloutSchema.attributes);
const wire = (values: Values | null): DynamicValue => encodeValue(shape, values);
const typeName = 'kiln_aws_rollout';
const NO_BYTES = new Uint8Array();

export interface Planned {
  readonly state: Values | null;
  /** Paths of the attributes that make it a replacement. */
  readonly replacedFor: readonly string[];
  /** Errors and warnings: `summary`, and the detail after a line break. */
  readonly problems: readonly string[];
}

export type Applied = Omit<Planned, 'replacedFor'>;

/** `kiln_aws_rollout` as Terraform meets it, before a fake of AWS. */
export class AwsRolloutBench {
  readonly events: ServiceEvent[] = [];
  readonly session: Session;

  constructor(
    private readonly fake: AwsFake,
    timing: Partial<AwsTiming> = {},
  ) {
    Object.assign(process.env, fake.env);
    const provider: AnyProvider = {
      name: 'kiln',
      version: '0.0.0',
      schema: providerSchema,
      configure: (_ctx, config) => ({
        folder: '/',
        progress: { send: (event: ServiceEvent) => void this.events.push(event) },
        aws: new Aws(awsConfigOf(config as never), { ...TEST_TIMING, ...timing }),
      }),
      resources: { [typeName]: awsRollout as never },
    };
    const ignore = () => undefined;
    this.session = new Session(provider, { debug: ignore, info: ignore, warn: ignore, error: ignore });
  }

  /** A new process of the provider, so to speak. */
  async start(aws: object = {}): Promise<this> {
    const { url, region } = this.fake;
    const endpoints = { ec2: url, ebs: url, autoscaling: url, elbv2: url };
    await handlers.ConfigureProvider(this.session, {
      terraformVersion: '1.11.4',
      config: encodeValue(objectShape(providerSchema.attributes), { aws: { region, endpoints, ...aws } }),
    });
    return this;
  }

  async validate(config: Values): Promise<readonly string[]> {
    const { diagnostics } = await handlers.ValidateResourceConfig(this.session, {
      typeName,
      config: wire(config),
    });
    return textsOf(diagnostics);
  }

  async plan(config: Values | null, prior: Values | null = null): Promise<Planned> {
    const { plannedState, requiresReplace, diagnostics } = await this.planned(config, prior);
    const replacedFor = (requiresReplace ?? []).map((path) =>
      (path.steps ?? []).map((step) => step.attributeName || '[]').join('.'),
    );
    return { state: read(plannedState), replacedFor, problems: textsOf(diagnostics) };
  }

  /** Plans and applies as Terraform does. */
  async apply(config: Values | null, prior: Values | null = null): Promise<Applied> {
    const plan = await this.planned(config, prior);
    const problems = textsOf(plan.diagnostics);
    if (problems.some((text) => text.startsWith('error'))) return { state: prior, problems };
    const answer = await handlers.ApplyResourceChange(this.session, {
      typeName,
      priorState: wire(prior),
      plannedState: plan.plannedState as DynamicValue,
      config: wire(config),
      plannedPrivate: plan.plannedPrivate ?? NO_BYTES,
    });
    return { state: read(answer.newState), problems: [...problems, ...textsOf(answer.diagnostics)] };
  }

  async read(state: Values | null): Promise<Applied> {
    const answer = await handlers.ReadResource(this.session, {
      typeName,
      currentState: wire(state),
      private: NO_BYTES,
    });
    return { state: read(answer.newState), problems: textsOf(answer.diagnostics) };
  }

  async import(id: string): Promise<Applied> {
    const answer = await handlers.ImportResourceState(this.session, { typeName, id });
    const [found] = answer.importedResources ?? [];
    return { state: read(found?.state), problems: textsOf(answer.diagnostics) };
  }

  private planned(config: Values | null, prior: Values | null) {
    return handlers.PlanResourceChange(this.session, {
      typeName,
      priorState: wire(prior),
      proposedNewState: wire(config),
      config: wire(config),
      priorPrivate: NO_BYTES,
    });
  }
}

function read(value: unknown): Values | null {
  return decodeValue(shape, value as DynamicValue | undefined, { strictNulls: false }) as Values | null;
}

function textsOf(diagnostics: ResponseOf<'PlanResourceChange'>['diagnostics']): string[] {
  return (diagnostics ?? []).map(
    ({ severity, summary, detail }) => `${severity === 1 ? 'error' : 'warning'}: ${summary}\n${detail}`,
  );
}
