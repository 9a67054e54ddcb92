import { checkAddress, firstAddress, pickAddress } from '../../../constructs/aws/addresses';
import { Cidr, formatAddress, tryParseAddress } from '../../../constructs/aws/cidr';
import fc from '../../helpers/property';
import { refusal } from '../../helpers/refusal';

const subnet = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 16, max: 28 }))
  .map(([number, prefix]) => {
    const size = 2 ** (32 - prefix);
    return Cidr.parse(`${formatAddress(number - (number % size))}/${prefix}`, 'it');
  });

test('the first address is the one after those that AWS keeps', () => {
  expect(firstAddress(Cidr.parse('10.0.240.0/22', 'it'))).toBe('10.0.240.4');
});

test('the same stack gets the same address', () => {
  const cidr = Cidr.parse('172.31.0.0/24', 'it');
  expect(pickAddress(cidr, 'shop')).toBe('172.31.0.253');
  expect(pickAddress(cidr, 'shop')).toBe(pickAddress(cidr, 'shop'));
  expect(pickAddress(cidr, 'bank')).not.toBe(pickAddress(cidr, 'shop'));
});

test('a picked address is one that AWS leaves to its owner, in the upper half', () => {
  fc.assert(
    fc.property(subnet, fc.string(), (cidr, owner) => {
      const address = tryParseAddress(pickAddress(cidr, owner)) as number;
      expect(address).toBeLessThan(cidr.last);
      expect(address).toBeGreaterThanOrEqual(cidr.last - 64);
      expect(address).toBeGreaterThanOrEqual(cidr.first + cidr.size / 2);
      expect(() => checkAddress('it', formatAddress(address), cidr)).not.toThrow();
    }),
  );
});

test('a hundred stacks spread over the addresses', () => {
  const cidr = Cidr.parse('10.0.0.0/20', 'it');
  const picked = new Set(Array.from({ length: 100 }, (_, index) => pickAddress(cidr, `stack-${index}`)));
  expect(picked.size).toBeGreaterThan(40);
});

test.each(['10.0.0.0', '10.0.0.3', '10.0.0.255', '10.0.1.4', 'x', '', '10.0.0.04'])(
  'refuses %j as an address in 10.0.0.0/24',
  (address) => {
    expect(refusal(() => checkAddress('internalAddress', address, Cidr.parse('10.0.0.0/24', 'it')))).toEqual([
      'constructs.network',
      `'internalAddress' is ${JSON.stringify(address)}; give an address from 10.0.0.4 to 10.0.0.254 that nothing in the ` +
        'subnet has',
    ]);
  },
);

test('the first and last address that is left can be given', () => {
  const cidr = Cidr.parse('10.0.0.0/24', 'it');
  expect(() => checkAddress('it', '10.0.0.4', cidr)).not.toThrow();
  expect(() => checkAddress('it', '10.0.0.254', cidr)).not.toThrow();
});
