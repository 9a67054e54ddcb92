import { KilnError } from '../../errors';
import type { CallName, RequestOf, ResponseOf } from '../protocol/messages';
import { applyResourceChange } from './apply-resource-change';
import { configureProvider } from './configure-provider';
import { getMetadata, getProviderSchema } from './get-provider-schema';
import { importResourceState } from './import-resource-state';
import { moveResourceState } from './move-resource-state';
import { planResourceChange } from './plan-resource-change';
import { readDataSource } from './read-data-source';
import { readResource } from './read-resource';
import type { Session } from './session';
import { upgradeResourceState } from './upgrade-resource-state';
import { validateDataResourceConfig, validateProviderConfig, validateResourceConfig } from './validate';

type Handlers = {
  readonly [N in CallName]: (session: Session, request: RequestOf<N>) => Promise<ResponseOf<N>>;
};

/** What each call of the protocol does. */
export const handlers: Handlers = {
  GetMetadata: getMetadata,
  GetProviderSchema: getProviderSchema,
  GetResourceIdentitySchemas: async () => ({}),
  GetFunctions: async () => ({}),
  ValidateProviderConfig: validateProviderConfig,
  ValidateResourceConfig: validateResourceConfig,
  ValidateDataResourceConfig: validateDataResourceConfig,
  ConfigureProvider: configureProvider,
  UpgradeResourceState: upgradeResourceState,
  ReadResource: readResource,
  PlanResourceChange: planResourceChange,
  ApplyResourceChange: applyResourceChange,
  ImportResourceState: importResourceState,
  MoveResourceState: moveResourceState,
  ReadDataSource: readDataSource,
  /** A wish to end early, not a shutdown: calls under way still answer. */
  StopProvider: async (session) => {
    session.stop(new KilnError('interrupted', { code: 'plugin.interrupted' }));
    return {};
  },
};
