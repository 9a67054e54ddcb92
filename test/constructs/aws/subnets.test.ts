import { Cidr, formatAddress } from '../../../constructs/aws/cidr';
import { layOut } from '../../../constructs/aws/subnets';
import fc from '../../helpers/property';
import { refusal } from '../../helpers/refusal';

const network = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 16, max: 22 }))
  .map(([number, prefix]) => {
    const size = 2 ** (32 - prefix);
    return Cidr.parse(`${formatAddress(number - (number % size))}/${prefix}`, 'it');
  });

test('the subnets of the default network are those that the documentation shows', () => {
  const [first, second] = layOut(Cidr.parse('10.0.0.0/16', 'it'), 2);
  expect([`${first?.private}`, `${first?.public}`, `${first?.internal}`]).toEqual([
    '10.0.0.0/18',
    '10.0.192.0/20',
    '10.0.240.0/22',
  ]);
  expect([`${second?.private}`, `${second?.public}`, `${second?.internal}`]).toEqual([
    '10.0.64.0/18',
    '10.0.208.0/20',
    '10.0.244.0/22',
  ]);
});

test('all subnets are in the network, apart from each other, and no smaller than AWS takes', () => {
  fc.assert(
    fc.property(network, (cidr) => {
      const subnets = layOut(cidr, 3).flatMap((zone) => [zone.private, zone.public, zone.internal]);
      expect(subnets).toHaveLength(9);
      for (const [index, subnet] of subnets.entries()) {
        expect(cidr.contains(subnet)).toBe(true);
        expect(subnet.prefix).toBeLessThanOrEqual(28);
        expect(subnets.slice(index + 1).some((other) => other.overlaps(subnet))).toBe(false);
      }
    }),
  );
});

test('a further zone moves no subnet', () => {
  fc.assert(fc.property(network, (cidr) => expect(layOut(cidr, 3).slice(0, 2)).toEqual(layOut(cidr, 2))));
});

test.each([
  ['10.0.0.0/8', 16_777_216],
  ['10.0.0.0/15', 131_072],
  ['10.0.0.0/23', 512],
  ['10.0.0.0/32', 1],
])('refuses the network %s', (cidr, size) => {
  expect(refusal(() => layOut(Cidr.parse(cidr, 'it'), 2))).toEqual([
    'constructs.network',
    `'cidr' is '${cidr}' with ${size} addresses; give a range from /16, which is AWS' limit, to /22, which still holds the ` +
      'subnets of 3 zones',
  ]);
});
