import { Decimal, Dynamic, t, UNKNOWN } from '../../../lib/plugin';
import { type Shape, typeToJson } from '../../../lib/plugin/schema/types';
import { decodeStateJson, decodeValue, encodeValue } from '../../../lib/plugin/values/codec';
import { equalValues } from '../../../lib/plugin/values/compare';
import fc from '../../helpers/property';
import golden from '../fixtures/terraform-values.json';

const strict = { strictNulls: true };
const shapes: Record<string, Shape> = {
  s: t.string,
  n: t.decimal,
  b: t.bool,
  ls: t.list(t.string),
  ss: t.set(t.string),
  mn: t.map(t.decimal),
  o: t.object({ a: t.nullable(t.string), n: t.nullable(t.integer) }),
  d: t.dynamic,
};
const resource = (type: Shape): Shape => ({ kind: 'object', attributes: { v: { ...type, nullable: true } } });
const fromHex = (hex: string) => ({ msgpack: Buffer.from(hex, 'hex'), json: new Uint8Array() });
const decode = (type: Shape, hex: string) =>
  (decodeValue(resource(type), fromHex(hex), strict) as { v: unknown }).v;
const encode = (type: Shape, v: unknown) =>
  Buffer.from(encodeValue(resource(type), { v }).msgpack).toString('hex');

const D = (text: string) => Decimal.from(text);
const values: Record<string, unknown> = {
  string: 'héllo ✓',
  'empty string': '',
  'null string': null,
  'unknown string': UNKNOWN,
  'refined unknown string': UNKNOWN,
  zero: D('0'),
  '127': D('127'),
  '128': D('128'),
  '-1': D('-1'),
  '-33': D('-33'),
  '65536': D('65536'),
  '2^32': D('4294967296'),
  '2^53+1': D('9007199254740993'),
  '2^63-1': D('9223372036854775807'),
  '-2^63': D('-9223372036854775808'),
  '2^63': D('9223372036854775808'),
  '2^64-1': D('18446744073709551615'),
  '2^64': D('18446744073709551616'),
  '0.1': D('0.1'),
  '0.5': D('0.5'),
  '-2.75': D('-2.75'),
  '1e30': D('1e30'),
  '1e-7': D('1e-7'),
  '30 digits of pi': D('3.14159265358979323846264338327'),
  'one third': D(`0.${'3'.repeat(154)}5`),
  true: true,
  false: false,
  list: ['a', '', 'b'],
  'empty list': [],
  'list with unknown': ['a', UNKNOWN],
  set: ['a', 'b'],
  map: { big: D('1e20'), half: D('0.5'), one: D('1') },
  'empty map': {},
  object: { a: 'x', n: 7 },
  'object with null': { a: null, n: 7 },
  'dynamic string': Dynamic.of('x'),
  'dynamic number': Dynamic.of(12.5),
  'dynamic tuple': Dynamic.of([1, 'two', null, [true]]),
  'dynamic object': Dynamic.of({ a: 1, b: { c: 'd' } }),
  'dynamic null': null,
};

describe('values as Terraform 1.11.4 writes them', () => {
  // The bytes were recorded from terraform: each is the configuration `v = EXPRESSION` of a PlanResourceChange.
  test.each(golden)('$name is read, and written back byte for byte', ({ name, type, msgpack }) => {
    const shape = shapes[type]!;
    const value = decode(shape, msgpack);
    if (name in values) expect(value).toEqual(values[name]);
    const written = encode(shape, value);
    if (name === 'refined unknown string') expect(written).toBe('81a176d40000');
    else expect(written).toBe(msgpack);
  });

  test('an unknown inside a dynamic value keeps its place', () => {
    const { msgpack } = golden.find(({ name }) => name === 'dynamic with unknown inside')!;
    expect((decode(t.dynamic, msgpack) as Dynamic).value).toEqual([UNKNOWN]);
  });
});

describe('numbers', () => {
  test('a whole number is a JS number', () => {
    expect(decode(t.integer, '81a176cc80')).toBe(128);
  });

  test.each([
    ['2^53 + 1', t.integer, '81a176cf0020000000000001', "'v' is not a whole number: 9007199254740993"],
    ['0.5', t.integer, '81a176cb3fe0000000000000', "'v' is not a whole number: 0.5"],
    ['1e30', t.integer, `81a176bf31${'30'.repeat(30)}`, /is not a whole number/],
    ['2^53 + 1', t.number, '81a176cf0020000000000001', /'v' has more digits than can be kept/],
  ])('refuses %s as %j', (_name, type, hex, message) => {
    expect(() => decode(type, hex)).toThrow(message);
  });

  test('0.1 goes back as the text that Terraform reads exactly', () => {
    expect(encode(t.number, 0.1)).toBe('81a176a3302e31');
  });

  test('refuses to write what is not a number', () => {
    expect(() => encode(t.integer, Number.NaN)).toThrow("'v' was given NaN where a number is needed");
    expect(() => encode(t.integer, '5')).toThrow("'v' was given a string where a number is needed");
  });
});

describe('shapes', () => {
  const pair = t.object({ a: t.string, b: t.string });

  test('every member is written, and one that is missing reads as null', () => {
    const type: Shape = { kind: 'object', attributes: { a: t.string, b: t.string } };
    expect(Buffer.from(encodeValue(type, { a: 'x' }).msgpack).toString('hex')).toBe('82a161a178a162c0');
    expect(decodeValue(type, fromHex('81a161a178'), { strictNulls: false })).toEqual({ a: 'x', b: null });
  });

  test('refuses a member that the schema does not have', () => {
    expect(() => encode(pair, { a: 'x', c: 'y' })).toThrow("'v.c' is not in the schema; the schema has a, b");
  });

  test('refuses a null element with its path', () => {
    expect(() => decode(t.list(t.string), '81a17692a161c0')).toThrow("'v[1]' is null");
    expect(decode(t.list(t.nullable(t.string)), '81a17692a161c0')).toEqual(['a', null]);
  });

  test('a state is not refused for a null element', () => {
    const value = decodeValue(resource(t.list(t.string)), fromHex('81a17692a161c0'), { strictNulls: false });
    expect(value).toEqual({ v: ['a', null] });
  });

  test('a value that was left out is null', () => {
    expect(decodeValue(t.string, undefined, strict)).toBeNull();
    expect(decodeValue(t.string, { msgpack: new Uint8Array(), json: new Uint8Array() }, strict)).toBeNull();
  });
});

describe('state files', () => {
  const read = (type: Shape, json: string) =>
    decodeStateJson(type, new TextEncoder().encode(json), { strictNulls: false });

  test('numbers beyond 2^53 come whole, and digits inside texts are left alone', () => {
    const type: Shape = {
      kind: 'object',
      attributes: { a: t.decimal, b: t.string, c: t.integer, d: t.list(t.decimal) },
    };
    expect(
      read(type, '{"a":123456789012345678901,"b":"9007199254740993 \\"5\\\\","c":-5,"d":[1e30,0.1]}'),
    ).toEqual({
      a: D('123456789012345678901'),
      b: '9007199254740993 "5\\',
      c: -5,
      d: [D('1e30'), D('0.1')],
    });
  });

  test('members that the schema no longer has are dropped', () => {
    expect(read({ kind: 'object', attributes: { a: t.string } }, '{"a":"x","old":[1]}')).toEqual({ a: 'x' });
  });

  test('a dynamic value is an object of type and value', () => {
    expect(read(t.dynamic, '{"type":["tuple",["number","bool"]],"value":[1,true]}')).toEqual(
      Dynamic.of([1, true]),
    );
  });
});

const key = fc.string().filter((text) => text !== '__proto__');

/** Types, each with values of it. */
const leaf: fc.Arbitrary<readonly [Shape, fc.Arbitrary<unknown>]> = fc.constantFrom(
  [t.string, fc.string({ unit: 'binary' })] as const,
  [t.bool, fc.boolean()] as const,
  [t.integer, fc.maxSafeInteger()] as const,
  [t.number, fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n))] as const,
  [
    t.decimal,
    fc.tuple(fc.bigInt(), fc.integer({ min: -30, max: 30 })).map(([c, e]) => D(`${c}e${e}`)),
  ] as const,
  [
    t.dynamic,
    fc
      .jsonValue({ maxDepth: 2 })
      .filter((json) => !JSON.stringify(json).includes('__proto__'))
      .map((json) => (json === null ? null : Dynamic.of(json as never))),
  ] as const,
);
const typed: fc.Arbitrary<readonly [Shape, fc.Arbitrary<unknown>]> = fc.letrec<{
  any: readonly [Shape, fc.Arbitrary<unknown>];
}>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    leaf,
    tie('any').map(
      ([type, value]) =>
        [{ kind: 'list', element: type } as Shape, fc.array(value, { maxLength: 4 })] as const,
    ),
    tie('any').map(
      ([type, value]) =>
        [{ kind: 'map', element: type } as Shape, fc.dictionary(key, value, { maxKeys: 4 })] as const,
    ),
    fc.dictionary(key, tie('any'), { maxKeys: 4 }).map(
      (members) =>
        [
          {
            kind: 'object',
            attributes: Object.fromEntries(Object.entries(members).map(([k, [type]]) => [k, type])),
          } as Shape,
          fc.record(Object.fromEntries(Object.entries(members).map(([k, [, value]]) => [k, value]))),
        ] as const,
    ),
  ),
})).any;
function maybe(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 8, arbitrary: value }, fc.constantFrom(null, UNKNOWN));
}

/** What Terraform would write into a state file: an independent writer, by the type. */
function stateJson(shape: Shape, value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Decimal) return value.toString();
  if (value instanceof Dynamic) {
    return `{"value":${stateJson(value.type, value.value)},"type":${JSON.stringify(typeToJson(value.type))}}`;
  }
  const item = (step: string | number): Shape =>
    shape.kind === 'object'
      ? shape.attributes[step]!
      : shape.kind === 'tuple'
        ? shape.elements[Number(step)]!
        : (shape as { element: Shape }).element;
  if (Array.isArray(value)) return `[${value.map((v, i) => stateJson(item(i), v)).join()}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([k, v]) => `${JSON.stringify(k)}:${stateJson(item(k), v)}`)
    .join()}}`;
}

test('refuses a member with the one name that no object of JavaScript can have', () => {
  const map: Shape = { kind: 'map', element: t.bool };
  const value = encodeValue(map, { proto_name: true });
  const bytes = Buffer.from(value.msgpack);
  bytes.write('__proto__', bytes.indexOf('proto_name') + 1);
  bytes[bytes.indexOf('__proto__') - 1] = 0xa9; // a text of nine bytes, after a map of one member
  const sent = Buffer.concat([bytes.subarray(0, 1), bytes.subarray(bytes.indexOf('__proto__') - 1)]);
  expect(() => decodeValue(map, { ...value, msgpack: sent }, { strictNulls: false })).toThrow(
    'a value that Terraform sent cannot be read: The key __proto__ is not allowed',
  );
});

describe('any value of any type', () => {
  test('is the same after msgpack', () => {
    fc.assert(
      fc.property(
        typed.chain(([shape, value]) => fc.tuple(fc.constant(shape), maybe(value))),
        ([shape, value]) => {
          const back = decodeValue(shape, encodeValue(shape, value), { strictNulls: false });
          expect(equalValues(shape, back, value)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is the same after a state file', () => {
    fc.assert(
      fc.property(
        typed.chain(([shape, value]) => fc.tuple(fc.constant(shape), value)),
        ([shape, value]) => {
          const json = new TextEncoder().encode(stateJson(shape, value));
          expect(equalValues(shape, decodeStateJson(shape, json, { strictNulls: false }), value)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});
