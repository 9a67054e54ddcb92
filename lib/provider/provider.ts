import { realpathSync } from 'node:fs';
import type { ConfigOf, ProviderDefinition, ResourceDefinition, UnknownableMembers } from '../plugin';
import type { RuntimeClient } from '../runtime/client';
import { awsConfigOf, providerSchema } from './aws-config';
import { Aws, type AwsMeta } from './aws-meta';
import type { LocalMeta } from './local-meta';
import { ProgressSender } from './progress';
import { ami } from './resources/ami';
import { awsRollout } from './resources/aws-rollout';
import { localService } from './resources/local-service';
import { installedEntry } from './runtime-entry';
import { BUILD, VERSION } from './version';

/** The Terraform provider `kiln`: what Terraform's own providers lack to run unikernels. */
export function kilnProvider(): ProviderDefinition<typeof providerSchema> {
  return {
    name: 'kiln',
    version: VERSION,
    schema: providerSchema,
    configure: async (_ctx, config) => metaOf(config),
    resources: {
      kiln_ami: ami as unknown as ResourceDefinition,
      kiln_aws_rollout: awsRollout as unknown as ResourceDefinition,
      kiln_local_service: localService as unknown as ResourceDefinition,
    },
  };
}

type Config = UnknownableMembers<ConfigOf<typeof providerSchema>>;

async function metaOf(config: Config): Promise<LocalMeta & AwsMeta> {
  // Only plans and applies come this far; schema and validate walks are spared the loading.
  const { connectRuntime, RuntimePaths } = await import('../runtime/client');
  const paths = RuntimePaths.fromEnvironment();
  const connect = async () =>
    connectRuntime({
      paths,
      entry: await installedEntry(paths, process.argv[1] ?? __filename),
      version: BUILD,
    });
  let client: Promise<RuntimeClient> | undefined;
  return {
    home: paths.home,
    folder: realpathSync(process.cwd()),
    progress: new ProgressSender(process.env.KILN_PROGRESS),
    aws: new Aws(awsConfigOf(config)),
    runtime: () => {
      client ??= connect();
      return client;
    },
  };
}
