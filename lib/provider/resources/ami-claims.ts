import type { Ami } from '../../clouds/aws';

/**
 * What this process did to images of services. EC2 may not show it for a while, and who destroys one image must know what became
 * of the others.
 */
export class AmiClaims {
  private readonly owners = new Map<string, string>();
  private readonly services = new Map<string, ServiceClaims>();

  /** The owner that this process gave an image; undefined where it gave none. */
  ownerOf(id: string): string | undefined {
    return this.owners.get(id);
  }

  claim(id: string, owner: string, service: ServiceIn | undefined): void {
    this.owners.set(id, owner);
    if (service === undefined) return;
    const { claimed, retired } = this.of(service);
    claimed.add(id);
    retired.delete(id);
  }

  /** Of an image that is gone. */
  forget({ id, region, service }: Pick<Ami, 'id' | 'region' | 'service'>): void {
    this.owners.delete(id);
    if (service !== undefined) this.of({ region, service }).claimed.delete(id);
  }

  /** Runs what ends images of a service, one at a time: each finds what the one before it did. */
  ending<T>(service: ServiceIn, work: (claims: ServiceClaims) => Promise<T>): Promise<T> {
    const claims = this.of(service);
    const turn = claims.turn.then(() => work(claims));
    claims.turn = turn.catch(() => undefined);
    return turn;
  }

  private of({ region, service }: ServiceIn): ServiceClaims {
    const key = `${region} ${service}`;
    const known = this.services.get(key);
    if (known) return known;
    const fresh = {
      claimed: new Set<string>(),
      retired: new Map<string, string | undefined>(),
      turn: Promise.resolve(),
    };
    this.services.set(key, fresh);
    return fresh;
  }
}

export interface ServiceIn {
  readonly region: string;
  readonly service: string;
}

export interface ServiceClaims {
  /** Ids of images. */
  readonly claimed: Set<string>;
  /** With the owner that was taken off. */
  readonly retired: Map<string, string | undefined>;
  turn: Promise<unknown>;
}
