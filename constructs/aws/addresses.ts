import { createHash } from 'node:crypto';
import { KilnError } from '../../lib/errors';
import { type Cidr, formatAddress, tryParseAddress } from './cidr';

/** AWS keeps the first four addresses of a subnet and the last one: network, router, DNS, future use; broadcast. */
const KEPT_FIRST = 4;
const KEPT_LAST = 1;

/** From how many addresses, counted from a subnet's end, a fixed one is picked. */
const POOL = 64;

/** The first address of a subnet that AWS leaves to its owner. */
export function firstAddress(subnet: Cidr): string {
  return formatAddress(subnet.first + KEPT_FIRST);
}

/**
 * An address for the internal balancer in a subnet that others use too: high, where few choose by hand, and by the
 * owner's name, so that two stacks in one subnet seldom pick the same. Seldom is not never; see `internalAddress`.
 * @param owner the same owner gets the same address
 */
export function pickAddress(subnet: Cidr, owner: string): string {
  const usable = subnet.size - KEPT_FIRST - KEPT_LAST;
  const pool = Math.min(POOL, Math.floor(usable / 2));
  const hash = createHash('sha256').update(`${owner} ${subnet}`).digest().readUInt32BE(0);
  return formatAddress(subnet.last - KEPT_LAST - (hash % pool));
}

/** @throws KilnError `constructs.network` for what is no address that the balancer could have in the subnet */
export function checkAddress(prop: string, address: string, subnet: Cidr): void {
  const number = tryParseAddress(address);
  const first = subnet.first + KEPT_FIRST;
  const last = subnet.last - KEPT_LAST;
  if (number !== undefined && number >= first && number <= last) return;
  throw new KilnError(
    `'${prop}' is ${JSON.stringify(address)}; give an address from ${formatAddress(first)} to ${formatAddress(last)} that ` +
      'nothing in the subnet has',
    { code: 'constructs.network' },
  );
}
