import { KilnError } from '../../lib/errors';
import type { Cidr } from './cidr';

/** Room is left for as many zones as a network can have, so a third one moves no subnet. */
export const MAX_ZONES = 3;

/** What AWS takes for a VPC is /16 to /28; below /22 a subnet of the internal balancer would be below AWS' /28. */
const LARGEST = 16;
const SMALLEST = 22;

/** The ranges of a zone's subnets. */
export interface ZoneLayout {
  /** A quarter of the network: instances. */
  readonly private: Cidr;
  /** A sixteenth: the public balancer, and address translation. */
  readonly public: Cidr;
  /** A sixty-fourth: the internal balancer and nothing else, so nobody can take its fixed address. */
  readonly internal: Cidr;
}

/**
 * Lays out the subnets of a network. A zone's ranges depend on its place alone, never on how many there are.
 *
 * Three quarters are private. Of the last one three quarters are public, and of its last quarter three are internal.
 * @throws KilnError `constructs.network` for a range that is too large for AWS or too small for the subnets
 */
export function layOut(network: Cidr, zones: number): readonly ZoneLayout[] {
  if (network.prefix < LARGEST || network.prefix > SMALLEST) {
    throw new KilnError(
      `'cidr' is '${network}' with ${network.size} addresses; give a range from /${LARGEST}, which is AWS' limit, to ` +
        `/${SMALLEST}, which still holds the subnets of ${MAX_ZONES} zones`,
      { code: 'constructs.network' },
    );
  }
  return Array.from({ length: zones }, (_, zone) => ({
    private: network.part(network.prefix + 2, zone),
    public: network.part(network.prefix + 4, 3 * 4 + zone),
    internal: network.part(network.prefix + 6, 3 * 16 + 3 * 4 + zone),
  }));
}
