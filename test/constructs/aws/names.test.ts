import { awsName } from '../../../constructs/aws/names';
import fc from '../../helpers/property';

test('a name that AWS takes is left as it is', () => {
  expect(awsName(['shop', 'public'], 32)).toBe('shop-public');
});

test('a name that is too long keeps its beginning and gets a hash over the whole', () => {
  const [one, other] = ['a', 'b'].map((end) => awsName(['shop', `checkout-and-payment-service-${end}`], 32));
  expect(one).toMatch(/^shop-checkout-and-payme-[0-9a-f]{8}$/);
  expect(other).not.toBe(one);
});

test('content that is another makes another name', () => {
  const names = ['a', 'b', undefined].map((content) => awsName(['shop', 'web'], 32, content));
  expect(new Set(names).size).toBe(3);
  expect(names[0]).toMatch(/^shop-web-[0-9a-f]{8}$/);
});

test.each([
  ['internal-public', 'kiln-internal-public'],
  ['Internal-x', 'kiln-Internal-x'],
  ['sg-web', 'kiln-sg-web'],
  ['internals-web', 'internals-web'],
  ['internal', 'internal'],
])('a name does not begin as AWS forbids it: %s', (word, name) => {
  expect(awsName([word], 32)).toBe(name);
});

test('nor after what is left out of it', () => {
  expect(awsName(['_internal', 'x'], 32)).toMatch(/^kiln-internal-x-[0-9a-f]{8}$/);
});

test('every name is within the limit, of letters, digits and hyphens, and begins and ends with none of these', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 16, max: 100 }),
      fc.option(fc.string(), { nil: undefined }),
      (words, max, content) => {
        const name = awsName(words, max, content);
        expect(name.length).toBeLessThanOrEqual(max);
        expect(name).toMatch(/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/);
        expect(name).toBe(awsName(words, max, content));
      },
    ),
  );
});

test('words that are joined alike but are others have names of their own once they are hashed', () => {
  expect(awsName(['a.b', 'c'], 32)).not.toBe(awsName(['a', 'b.c'], 32));
});
