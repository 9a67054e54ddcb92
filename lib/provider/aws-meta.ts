import type { AwsSession, AwsTiming } from '../clouds/aws';
import type { AwsConfig } from './aws-config';
import { keepMemoryLean } from './lean-memory';
import type { ProgressSender } from './progress';
import { AmiClaims } from './resources/ami-claims';

type AwsCode = typeof import('../clouds/aws');

/** What the resources in AWS share within one process. */
export interface AwsMeta {
  /** Terraform's working folder, against which the paths of images are resolved. */
  readonly folder: string;
  readonly progress: ProgressSender;
  readonly aws: Aws;
}

/** The code that speaks with AWS, and a session to use it in. */
export interface AwsAccess {
  readonly code: AwsCode;
  readonly session: AwsSession;
  /** The same for other regions. */
  sessionIn(region: string): Promise<AwsSession>;
}

/** The way to AWS: code and sessions, loaded and opened when first used. */
export class Aws {
  /** What became of images in this process. */
  readonly claims = new AmiClaims();
  private readonly sessions = new Map<string | undefined, Promise<AwsSession>>();

  /** @param timing how long things may take. @default DEFAULT_TIMING of lib/clouds/aws */
  constructor(
    private readonly config: AwsConfig,
    private readonly timing: Partial<AwsTiming> = {},
  ) {}

  /** The region that a resource is in which names none; undefined where only the SDK can say. */
  get plannedRegion(): string | undefined {
    if (!this.config.isKnown) return this.config.region;
    return this.config.region ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION || undefined);
  }

  /**
   * @param region @default - the provider's, or what the SDK finds
   * @throws KilnError `aws.region`, `aws.ca-bundle`
   */
  async access(region?: string): Promise<AwsAccess> {
    // The SDK is larger than all else together: only who needs AWS loads it.
    if (this.sessions.size === 0) keepMemoryLean();
    const code = await import('../clouds/aws');
    const known = this.sessions.get(region);
    const sessionIn = async (other: string) => (await this.access(other)).session;
    if (known) return { code, session: await known, sessionIn };
    const session = code.openAwsSession({
      region: region ?? this.config.region,
      endpoints: this.config.endpoints,
      timing: this.timing,
    });
    this.sessions.set(region, session);
    session.catch(() => this.sessions.delete(region));
    return { code, session: await session, sessionIn };
  }
}
