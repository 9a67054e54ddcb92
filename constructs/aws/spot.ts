import { KilnError } from '../../lib/errors';
import { checkWhole } from '../checks';

export interface SpotOptions {
  /** The most that an instance may cost in an hour, in US dollars. @default - what it costs on demand */
  readonly maxPrice?: number;
}

export interface SpotShareOptions extends SpotOptions {
  /** So many instances are on demand before any share counts. @default 0 */
  readonly onDemandBase?: number;
}

/** What a platform reads of {@link Spot}. */
export interface SpotSpec {
  /** Of the instances above the base, 1 to 100. */
  readonly percent: number;
  readonly onDemandBase: number;
  /** In US dollars an hour, as EC2 takes it. */
  readonly maxPrice: string | undefined;
  /** Whether some instances are on demand, which a launch template alone cannot say. */
  readonly isMixed: boolean;
}

/**
 * Instances of EC2's spare capacity: cheaper, and taken away with two minutes' notice. The group starts a new one when
 * that is near.
 */
export class Spot {
  /** All instances are of spare capacity. @throws KilnError `constructs.spot` */
  static all(options: SpotOptions = {}): Spot {
    return new Spot({
      percent: 100,
      onDemandBase: 0,
      maxPrice: checkedPrice(options.maxPrice),
      isMixed: false,
    });
  }

  /**
   * A share of the instances, rounded up to the next instance on demand.
   * @param percent 1 to 100
   * @throws KilnError `constructs.number` or `constructs.spot`
   */
  static share(percent: number, options: SpotShareOptions = {}): Spot {
    const { onDemandBase = 0, maxPrice } = options;
    checkWhole('percent', percent, 1, 100);
    checkWhole('onDemandBase', onDemandBase, 0, 1000);
    const isMixed = percent < 100 || onDemandBase > 0;
    return new Spot({ percent, onDemandBase, maxPrice: checkedPrice(maxPrice), isMixed });
  }

  private constructor(private readonly spec: SpotSpec) {}

  /** As the platform reads it. */
  toSpec(): SpotSpec {
    return this.spec;
  }
}

/** EC2 takes decimals, and a number as small as 1e-7 would be written otherwise. */
function checkedPrice(price: number | undefined): string | undefined {
  if (price === undefined) return undefined;
  if (Number.isFinite(price) && price >= 0.0001 && price <= 1000) return `${price}`;
  throw new KilnError(
    `'maxPrice' is ${price}; give US dollars for an hour of an instance, from 0.0001 to 1000, or leave it out`,
    { code: 'constructs.spot' },
  );
}
