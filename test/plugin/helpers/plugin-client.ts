import * as grpc from '@grpc/grpc-js';
import type { Message } from '../../../lib/plugin/protocol/message';
import { type CallName, calls, type MessageOfCall } from '../../../lib/plugin/protocol/messages';
import type { ServerCertificate } from '../../../lib/plugin/server/certificate';

export interface ClientOptions {
  readonly socketPath: string;
  /** @default - plain text */
  readonly tls?: { readonly server: Buffer; readonly client?: ServerCertificate };
}

/** Speaks to a plugin as Terraform does, by a gRPC implementation that is not ours. */
export class PluginClient {
  private readonly client: grpc.Client;

  constructor({ socketPath, tls }: ClientOptions) {
    const credentials = tls
      ? grpc.credentials.createSsl(
          Buffer.from(pem(tls.server)),
          tls.client ? Buffer.from(tls.client.keyPem) : null,
          tls.client ? Buffer.from(tls.client.certificatePem) : null,
        )
      : grpc.credentials.createInsecure();
    this.client = new grpc.Client(`unix:${socketPath}`, credentials, {
      'grpc.ssl_target_name_override': 'localhost',
      'grpc.max_receive_message_length': -1,
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  call<N extends CallName>(
    name: N,
    request: Draft<N> = {} as Draft<N>,
  ): Promise<MessageOfCall<N, 'response'>> {
    const { request: outgoing, response } = calls[name] as unknown as Record<string, Message<unknown>>;
    return this.raw(
      `/tfplugin6.Provider/${name}`,
      Buffer.from(outgoing!.encode(request as never)),
      (bytes) => response!.decode(bytes) as MessageOfCall<N, 'response'>,
    );
  }

  shutdown(): Promise<void> {
    return this.raw('/plugin.GRPCController/Shutdown', Buffer.alloc(0), () => undefined);
  }

  raw<T>(path: string, request: Buffer, decode: (bytes: Buffer) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadline = Date.now() + 20_000;
      this.client.makeUnaryRequest(
        path,
        (bytes: Buffer) => bytes,
        decode,
        request,
        new grpc.Metadata(),
        { deadline },
        (error, value) => (error ? reject(error) : resolve(value as T)),
      );
    });
  }

  close(): void {
    this.client.close();
  }
}

type Draft<N extends CallName> = Parameters<(typeof calls)[N]['request']['encode']>[0];

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
