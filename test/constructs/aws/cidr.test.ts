import { Cidr, formatAddress, tryParseAddress } from '../../../constructs/aws/cidr';
import fc from '../../helpers/property';
import { refusal } from '../../helpers/refusal';

const address = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const range = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([number, prefix]) => {
  const size = 2 ** (32 - prefix);
  return Cidr.parse(`${formatAddress(number - (number % size))}/${prefix}`, 'it');
});

test('an address is read as it is written', () => {
  fc.assert(fc.property(address, (number) => expect(tryParseAddress(formatAddress(number))).toBe(number)));
  expect(tryParseAddress('10.0.0.1')).toBe(167_772_161);
});

test.each([
  '',
  '10',
  '10.0.0',
  '10.0.0.0.0',
  '10.0.0.256',
  '10.0.0.-1',
  '10.0.0.01',
  '10.0.0.1 ',
  '0x0a.0.0.1',
])('an address is not read from %j', (text) => expect(tryParseAddress(text)).toBeUndefined());

test('a range is read as it is written', () => {
  fc.assert(fc.property(range, (cidr) => expect(Cidr.parse(`${cidr}`, 'it')).toEqual(cidr)));
});

test.each([
  '',
  '10.0.0.0',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0/8',
  '10.0.0.0/8/9',
  '::/0',
  '10.0.0.0/08a',
  '256.0.0.0/8',
])('refuses the range %j', (text) => {
  expect(refusal(() => Cidr.parse(text, "'cidr'"))).toEqual([
    'constructs.network',
    `'cidr' is ${JSON.stringify(text)}; give a range of IPv4 addresses, such as '10.0.0.0/16'`,
  ]);
});

test('refuses a range that begins inside another, and names that', () => {
  expect(refusal(() => Cidr.parse('10.0.3.7/22', "'cidr'"))).toEqual([
    'constructs.network',
    "'cidr' is '10.0.3.7/22', whose first address is no beginning of a range; '10.0.0.0/22' is the one around it",
  ]);
});

test('everything is in 0.0.0.0/0, and an address is in the range of itself', () => {
  const all = Cidr.parse('0.0.0.0/0', 'it');
  fc.assert(
    fc.property(range, (cidr) => {
      expect(all.contains(cidr)).toBe(true);
      expect(cidr.contains(cidr)).toBe(true);
    }),
  );
});

test('of two ranges that overlap one contains the other', () => {
  fc.assert(
    fc.property(range, range, (one, other) => {
      expect(one.overlaps(other)).toBe(one.contains(other) || other.contains(one));
      expect(one.overlaps(other)).toBe(other.overlaps(one));
    }),
  );
});
