import { realpathSync } from 'node:fs';
import type { ProviderDefinition, ResourceDefinition } from '../plugin';
import type { RuntimeClient } from '../runtime/client';
import type { LocalMeta } from './local-meta';
import { ProgressSender } from './progress';
import { localService } from './resources/local-service';
import { installedEntry } from './runtime-entry';
import { BUILD, VERSION } from './version';

/** The Terraform provider `kiln`: what Terraform's own providers lack to run unikernels. */
export function kilnProvider(): ProviderDefinition {
  return {
    name: 'kiln',
    version: VERSION,
    configure: localMeta,
    resources: { kiln_local_service: localService as unknown as ResourceDefinition },
  };
}

async function localMeta(): Promise<LocalMeta> {
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
    runtime: () => {
      client ??= connect();
      return client;
    },
  };
}
