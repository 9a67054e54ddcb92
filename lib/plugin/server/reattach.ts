import type { AnyProvider } from '../definition';
import { PROTOCOL_VERSION } from './handshake';
import { HclLog } from './log';
import { PluginServer } from './plugin-server';
import { createSocketFolder } from './socket-folder';

export interface ReattachOptions {
  /** The provider's full address, `registry.terraform.io/hashicorp/toy`. */
  readonly address: string;
  /** Where log lines go. @default - nowhere */
  readonly log?: { write(text: string): unknown };
}

/** A provider that serves any number of Terraform commands from this process, for tests and for developing one. */
export interface ReattachedPlugin {
  /** The value of `TF_REATTACH_PROVIDERS` that makes Terraform use it, with no init. */
  readonly environment: string;
  close(): Promise<void>;
}

export async function serveReattached(
  load: () => AnyProvider | Promise<AnyProvider>,
  options: ReattachOptions,
): Promise<ReattachedPlugin> {
  const folder = createSocketFolder();
  const log = new HclLog(options.address, options.log ?? { write: () => undefined });
  const server = await PluginServer.listen({
    socketPath: folder.socketPath,
    load,
    log,
    onShutdown: () => {},
  });
  const provider = {
    Protocol: 'grpc',
    ProtocolVersion: PROTOCOL_VERSION,
    Pid: process.pid,
    Test: true,
    Addr: { Network: 'unix', String: folder.socketPath },
  };
  return {
    environment: JSON.stringify({ [options.address]: provider }),
    close: async () => {
      await server.close();
      folder.remove();
    },
  };
}
