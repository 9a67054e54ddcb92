import { KilnError } from '../../lib/errors';
import { Duration } from '../../lib/units';

export interface NetworkBalancerOptions {
  /**
   * AWS refuses to delete the balancer until this is taken away again, and so does `terraform destroy`.
   * @default false
   */
  readonly deletionProtection?: boolean;
}

export interface ApplicationBalancerOptions extends NetworkBalancerOptions {
  /** Whether clients may speak HTTP/2; instances get HTTP/1.1 either way. @default true */
  readonly http2?: boolean;
  /** When a connection without traffic is closed, 1 s to 4000 s. @default Duration.seconds(60) */
  readonly idleTimeout?: Duration;
}

/** What `Balancer` resolves to. */
export interface BalancerSpec {
  readonly kind: 'network' | 'application';
  readonly deletionProtection: boolean;
  readonly http2: boolean;
  readonly idleTimeoutS: number;
}

const DEFAULT_IDLE_TIMEOUT = Duration.seconds(60);
const MAX_IDLE_TIMEOUT_S = 4000;

/** What the exposed services of a stack are reached through. */
export class Balancer {
  /** A network load balancer: passes on TCP connections, or the inside of TLS ones. */
  static network(options: NetworkBalancerOptions = {}): Balancer {
    const { deletionProtection = false } = options;
    return new Balancer({ kind: 'network', deletionProtection, http2: false, idleTimeoutS: 0 });
  }

  /**
   * An application load balancer: passes on HTTP requests. Takes HTTP/2 from clients, redirects to HTTPS, and lets a service
   * scale by requests.
   * @throws KilnError `constructs.balancer`
   */
  static application(options: ApplicationBalancerOptions = {}): Balancer {
    const { deletionProtection = false, http2 = true, idleTimeout = DEFAULT_IDLE_TIMEOUT } = options;
    const idleTimeoutS = idleTimeout.toSeconds();
    if (!Number.isInteger(idleTimeoutS) || idleTimeoutS < 1 || idleTimeoutS > MAX_IDLE_TIMEOUT_S) {
      throw new KilnError(
        `'idleTimeout' is ${idleTimeout}; AWS takes whole seconds from 1 to ${MAX_IDLE_TIMEOUT_S}`,
        { code: 'constructs.balancer' },
      );
    }
    return new Balancer({ kind: 'application', deletionProtection, http2, idleTimeoutS });
  }

  private constructor(private readonly spec: BalancerSpec) {}

  /** The balancer with every default filled in. */
  toSpec(): BalancerSpec {
    return this.spec;
  }
}
