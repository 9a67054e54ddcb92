import { Token } from 'cdktf';
import { KilnError } from '../../lib/errors';
import type { BoundNetwork, Subnet } from './bound-network';

/**
 * The subnets for a service's instances.
 * @param zones those that it is to run in; undefined for all
 * @throws KilnError `constructs.network` for a zone that the network does not have
 */
export function subnetsIn(
  network: BoundNetwork,
  zones: readonly string[] | undefined,
  service: string,
): readonly Subnet[] {
  const { privateSubnets } = network;
  if (zones === undefined) return privateSubnets;
  const named = privateSubnets.map(({ zone }) => zone);
  if (named.some((zone) => Token.isUnresolved(zone))) {
    throw refusal(
      `'zones' of '${service}' names ${zones.join(', ')}, and which zones the stack's network is in is known only when ` +
        "Terraform runs; name them there too: AwsNetwork.create({ zones: ['eu-central-1a', 'eu-central-1b'] })",
    );
  }
  const unknown = zones.find((zone) => !named.includes(zone));
  if (unknown !== undefined || zones.length === 0) {
    throw refusal(
      `'zones' of '${service}' ${unknown === undefined ? 'is empty' : `names '${unknown}'`}; the stack's network is in ` +
        named.join(', '),
    );
  }
  return privateSubnets.filter(({ zone }) => zones.includes(zone));
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.network' });
}
