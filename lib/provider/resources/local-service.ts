import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { KilnError } from '../../errors';
import {
  type ApplyContext,
  type ConfigOf,
  type Diagnostic,
  type PlanChanges,
  type PlanInput,
  type ResourceContext,
  type ResourceDefinition,
  UNKNOWN,
} from '../../plugin';
import { instanceNames, revisionOf, type ServiceSpec } from '../../spec';
import { hasUnknown } from '../has-unknown';
import type { LocalMeta } from '../local-meta';
import { type LocalServicePlan, type LocalServiceState, localServiceSchema } from './local-service-schema';
import { type LocalServiceArguments, plannedEndpoint, specOf, stateOf } from './local-service-spec';

type Schema = typeof localServiceSchema;

/** Where a service was made, in the resource's private state. */
const HOME = 'home';

/** A service of unikernels in the local runtime. Its update is a rollout; see design decisions 1 and 7. */
export const localService: ResourceDefinition<Schema, LocalMeta> = {
  schema: localServiceSchema,
  validate,
  modifyPlan,

  create: (ctx, planned) => apply(ctx, planned, 'create'),
  update: (ctx, _prior, planned) => apply(ctx, planned, 'update'),

  async read(ctx, state) {
    const runtime = await ctx.meta.runtime();
    const status = await runtime.tryFindService(state.name);
    if (status) {
      ctx.privateState.set(HOME, ctx.meta.home);
      return stateOf(status, ctx.meta.folder);
    }
    refuseOtherHome(ctx, state.name);
    return null;
  },

  async delete(ctx, state) {
    const runtime = await ctx.meta.runtime();
    await runtime.remove(state.name, { onEvent: (event) => ctx.meta.progress.send(event) });
  },

  async importState(ctx, id) {
    const runtime = await ctx.meta.runtime();
    return stateOf(await runtime.service(id), ctx.meta.folder);
  },
};

/**
 * Under another KILN_HOME a service is not gone but out of sight: to forget it would leave its instances to nobody.
 * @throws KilnError `local.other-home`
 */
function refuseOtherHome(ctx: ResourceContext<LocalMeta>, name: string): void {
  const made = ctx.privateState.get(HOME);
  if (typeof made !== 'string' || made === ctx.meta.home) return;
  if (!existsSync(join(made, 'services', `${name}.json`))) return;
  throw new KilnError(
    `'${name}' was made in the state folder '${made}', and this run looks in '${ctx.meta.home}'`,
    {
      code: 'local.other-home',
      remedy: `Set KILN_HOME=${made}, or destroy the service there before you move to another folder.`,
    },
  );
}

async function apply(
  ctx: ApplyContext<Schema, LocalMeta>,
  planned: LocalServicePlan,
  intent: 'create' | 'update',
): Promise<LocalServiceState> {
  const { folder, progress } = ctx.meta;
  const runtime = await ctx.meta.runtime();
  const status = await runtime.apply(specOf(planned, folder), {
    owner: folder,
    intent,
    signal: ctx.signal,
    onEvent: (event) => {
      progress.send(event);
      ctx.log.info(event.message, { kind: event.kind, service: event.service });
    },
  });
  ctx.privateState.set(HOME, ctx.meta.home);
  return stateOf(status, folder);
}

/** Names the instances before they exist, so that a reviewer sees which go and which come. */
function modifyPlan(
  ctx: ResourceContext<LocalMeta>,
  { proposed, prior }: PlanInput<Schema>,
): PlanChanges<Schema> {
  const spec = knownSpec(proposed, ctx.meta.folder);
  if (!spec) return { set: { revision: UNKNOWN, instance_names: UNKNOWN, endpoint: UNKNOWN } };
  const endpoint = plannedEndpoint(spec, prior);
  return {
    set: {
      id: spec.name,
      revision: revisionOf(spec),
      instance_names: instanceNames(spec),
      endpoint: endpoint === undefined ? UNKNOWN : endpoint,
    },
  };
}

function validate(config: PlanInput<Schema>['config']): readonly Diagnostic[] {
  try {
    knownSpec(config, '/');
    return [];
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    const attribute = attributeIn(error.message);
    return [
      {
        severity: 'error',
        summary: error.message,
        ...(error.remedy === undefined ? {} : { detail: error.remedy }),
        ...(attribute === undefined ? {} : { path: [attribute] }),
      },
    ];
  }
}

type Arguments = PlanInput<Schema>['config'] | PlanInput<Schema>['proposed'];

/** The specification, or undefined while any argument is unknown. */
function knownSpec(values: Arguments, folder: string): ServiceSpec | undefined {
  const { id: _id, endpoint: _endpoint, revision: _revision, instance_names: _names, ...rest } = values;
  if (hasUnknown(rest)) return undefined;
  return specOf(rest as unknown as ConfigOf<Schema> as LocalServiceArguments, folder);
}

/** The attribute that a message about `'healthCheck.path'` is about. */
function attributeIn(message: string): string | undefined {
  const name = /'([a-zA-Z]+)[.']/.exec(message)?.[1];
  const attribute = name?.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return attribute && attribute in localServiceSchema.attributes ? attribute : undefined;
}
