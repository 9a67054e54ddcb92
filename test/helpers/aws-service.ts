import {
  type Ami,
  type AmiRequest,
  type AwsSession,
  type AwsTiming,
  claimAmi,
  createAmi,
  type EndReport,
  endAmi,
  readAmi,
} from '../../lib/clouds/aws';
import type { AwsFake } from './aws-fake';
import { diskOf, requestFor, sessionWith } from './aws-work';

const DISK = diskOf(4, { 0: 1 });

/** A service of whose images some are made, and ended, as the resource does it; what it knows is its process'. */
export class ServiceBench {
  readonly claimed = new Set<string>();
  readonly retired = new Map<string, string | undefined>();
  keep = 5;

  private constructor(
    readonly service: string,
    readonly session: AwsSession,
    private readonly sessions: Map<string, Promise<AwsSession>>,
    private readonly open: (region: string) => Promise<AwsSession>,
  ) {}

  static async with(
    fake: AwsFake,
    timing: Partial<AwsTiming> = {},
    service = 'shop/web',
  ): Promise<ServiceBench> {
    const session = await sessionWith(fake, timing);
    const sessions = new Map([[session.region, Promise.resolve(session)]]);
    return new ServiceBench(service, session, sessions, (region) => sessionWith(fake, timing, region));
  }

  readonly sessionIn = (region: string): Promise<AwsSession> => {
    const known = this.sessions.get(region) ?? this.open(region);
    this.sessions.set(region, known);
    return known;
  };

  /** As another process, which knows only what EC2 says. */
  forget(): void {
    this.claimed.clear();
    this.retired.clear();
  }

  /** Makes the image of a version, or takes it; it is then in service. */
  async make(version: string, changes: Partial<AmiRequest> = {}): Promise<Ami> {
    const digest = `sha256:${version.padEnd(64, '0')}`;
    const request = requestFor({ name: `kiln-${version}`, digest, service: this.service, ...changes });
    const made = await createAmi(request, DISK, this.session);
    this.claimed.add(made.id);
    this.retired.delete(made.id);
    await claimAmi(made, `owner-${version}`, this.session);
    return made;
  }

  async end(version: string, ami: Pick<Ami, 'id'>): Promise<EndReport> {
    const found = await readAmi(ami.id, this.session);
    if (found?.service === undefined) throw new Error(`${ami.id} is not there, or no service's`);
    this.claimed.delete(ami.id);
    return endAmi({ ...found, service: found.service }, this.session, {
      keep: this.keep,
      owner: `owner-${version}`,
      sessionIn: this.sessionIn,
      claimed: this.claimed,
      retired: this.retired,
    });
  }

  /** Versions one after the other, each in the place of the one before. */
  async roll(
    ...versions: readonly string[]
  ): Promise<{ readonly images: Ami[]; readonly reports: EndReport[] }> {
    const images: Ami[] = [];
    const reports: EndReport[] = [];
    for (const [index, version] of versions.entries()) {
      images.push(await this.make(version));
      const before = images[index - 1];
      if (before) reports.push(await this.end(versions[index - 1] as string, before));
    }
    return { images, reports };
  }

  async close(): Promise<void> {
    for (const session of this.sessions.values()) (await session).close();
  }
}
