import { KilnError } from '../../errors';
import { derOfPem } from './certificate';

export const PROTOCOL_VERSION = 6;

/** How Terraform makes sure that it started a plugin, and that a plugin was started by it. Fixed by the protocol. */
const MAGIC_COOKIE = {
  name: 'TF_PLUGIN_MAGIC_COOKIE',
  value: 'd602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2',
};

/** What Terraform asks for in the environment of a provider that it starts. */
export interface HandshakeRequest {
  /** The one certificate that may connect, as DER. @default - no TLS */
  readonly clientCertificate?: Buffer;
}

/** Throws `plugin.not-terraform` when started by hand, and `plugin.protocol` for an unfit Terraform. */
export function readHandshakeRequest(env: NodeJS.ProcessEnv): HandshakeRequest {
  if (env[MAGIC_COOKIE.name] !== MAGIC_COOKIE.value) {
    throw new KilnError('this program is a Terraform provider, and Terraform did not start it', {
      code: 'plugin.not-terraform',
      remedy:
        'run terraform (or tofu) in a folder whose configuration names this provider; it starts the provider by itself',
    });
  }
  const versions = (env.PLUGIN_PROTOCOL_VERSIONS ?? '').split(',');
  if (!versions.includes(String(PROTOCOL_VERSION))) {
    throw new KilnError(
      `this provider speaks plugin protocol ${PROTOCOL_VERSION}, and this Terraform speaks ${versions.join(', ') || 'none'}`,
      { code: 'plugin.protocol', remedy: 'use Terraform 1.11 or later' },
    );
  }
  const pem = env.PLUGIN_CLIENT_CERT;
  return pem === undefined || pem === '' ? {} : { clientCertificate: derOfPem(pem) };
}

/** The one line that Terraform waits for. Base64 without padding: Terraform refuses the `=`. */
export function handshakeLine(socketPath: string, certificate: Buffer | undefined): string {
  const encoded = certificate?.toString('base64').replace(/=+$/, '') ?? '';
  return `1|${PROTOCOL_VERSION}|unix|${socketPath}|grpc|${encoded}\n`;
}
