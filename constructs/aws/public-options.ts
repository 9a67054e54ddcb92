import { KilnError } from '../../lib/errors';
import { checkKnown, checkPort } from '../checks';
import type { BalancedService } from './balanced-service';
import type { BalancerSpec } from './balancer';
import { Cidr } from './cidr';
import type { Certificate } from './tls';

/** How a service is exposed. */
export interface PublicOptions {
  /** Port of the balancer, 1 to 65535. @default - 443 with a certificate, otherwise 80 */
  readonly port?: number;
  /** Makes it TLS, which ends at the balancer. @default - none */
  readonly certificate?: Certificate;
  /** Addresses that may call, as ranges; the option `allowedRanges` of a service. @default ['0.0.0.0/0'] */
  readonly from?: readonly string[];
  /** Whether port 80 answers with where HTTPS is; needs an application balancer and a certificate. @default false */
  readonly redirectHttp?: boolean;
}

export interface ResolvedPublicOptions {
  readonly port: number;
  readonly certificate: Certificate | undefined;
  readonly from: readonly string[];
  readonly redirectHttp: boolean;
}

const HTTP = 80;
const HTTPS = 443;
const ANYWHERE = ['0.0.0.0/0'];

/** @throws KilnError `constructs.expose`, `constructs.network`, `constructs.number` or `constructs.token` */
export function resolvePublicOptions(
  service: BalancedService,
  options: PublicOptions,
  balancer: BalancerSpec['kind'],
): ResolvedPublicOptions {
  const { certificate, redirectHttp = false, from = ANYWHERE } = options;
  const port = options.port ?? (certificate ? HTTPS : HTTP);
  checkPort('port', port, 'two services must not take the same one');
  if (from.length === 0) {
    throw refusal(
      `'allowedRanges' of '${service.construct.node.path}' is empty, so nobody could call it; name a range, or do not expose it`,
    );
  }
  from.forEach((cidr, index) => {
    checkKnown(`allowedRanges[${index}]`, cidr, 'it is part of the name of a rule');
    Cidr.parse(cidr, `'allowedRanges[${index}]'`);
  });
  if (redirectHttp) checkRedirect(service, balancer, certificate, port);
  return { port, certificate, from, redirectHttp };
}

function checkRedirect(
  service: BalancedService,
  balancer: BalancerSpec['kind'],
  certificate: Certificate | undefined,
  port: number,
): void {
  const path = service.construct.node.path;
  if (balancer === 'network') {
    throw refusal(
      `'redirectHttp' is set for '${path}', and a network balancer knows nothing of HTTP; take Balancer.application(), or ` +
        "leave 'redirectHttp' out",
    );
  }
  if (certificate === undefined || port === HTTP) {
    throw refusal(
      `'redirectHttp' is set for '${path}', which has ${certificate ? `port ${HTTP} itself` : 'no certificate'}, so there is no ` +
        "HTTPS to lead to; give it a 'certificate' and another port",
    );
  }
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.expose' });
}
