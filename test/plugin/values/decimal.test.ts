import { Decimal } from '../../../lib/plugin';
import fc from '../../helpers/property';

const numbers = fc
  .tuple(fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }), fc.integer({ min: -60, max: 60 }))
  .map(([coefficient, exponent]) => `${coefficient}e${exponent}`);

describe('Decimal', () => {
  test.each([
    ['0', '0'],
    ['-0.00', '0'],
    ['007', '7'],
    ['1200', '1200'],
    ['1e3', '1000'],
    ['-12.50', '-12.5'],
    ['0.001', '0.001'],
    ['1E-2', '0.01'],
    ['+5', '5'],
    ['1e500', '1e500'],
    ['3.14159265358979323846264338327', '3.14159265358979323846264338327'],
  ])('%s is written %s', (text, expected) => {
    expect(Decimal.from(text).toString()).toBe(expected);
  });

  test('a number means what it prints as', () => {
    expect(Decimal.from(0.1).toString()).toBe('0.1');
    expect(Decimal.from(1e21).toString()).toBe('1000000000000000000000');
  });

  test('a double can be taken exactly', () => {
    expect(Decimal.fromDouble(0.5).toString()).toBe('0.5');
    expect(Decimal.fromDouble(-0.1).toString()).toBe(
      '-0.1000000000000000055511151231257827021181583404541015625',
    );
  });

  test('its text reads back as the same number', () => {
    fc.assert(
      fc.property(numbers, (text) => Decimal.from(Decimal.from(text).toString()).equals(Decimal.from(text))),
    );
  });

  test('every finite double survives the way through its exact decimal', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Decimal.fromDouble(value).toNumber()).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  test('a whole number of any size becomes a bigint', () => {
    expect(Decimal.from('1e30').toBigInt()).toBe(10n ** 30n);
  });

  test('refuses a fraction where a whole number is asked for', () => {
    expect(() => Decimal.from('1.5').toBigInt()).toThrow('1.5 is not a whole number');
  });

  test.each(['', 'one', '1.2.3', '0x10', 'NaN', 'Infinity', '1e9999999999'])('refuses %j', (text) => {
    expect(() => Decimal.from(text)).toThrow(
      `'${text}' is not a decimal number; write one such as 12 or -0.5e3`,
    );
  });
});
