import {
  bool,
  bytes,
  integer,
  mapOf,
  message,
  nested,
  presence,
  repeated,
  string,
} from '../../../lib/plugin/protocol/message';

const hex = (data: Uint8Array) => Buffer.from(data).toString('hex');
const unhex = (text: string) => Buffer.from(text, 'hex');

const Inner = message({ id: integer(1) });
const Outer = message({
  name: string(2),
  blob: bytes(3),
  on: bool(4),
  inner: nested(5, () => Inner),
  many: repeated(6, () => Inner),
  byName: mapOf(7, () => Inner),
  maybe: presence(integer(8)),
});

describe('message', () => {
  // The first two are the examples of protobuf's own encoding guide.
  test.each([
    ['a number', Inner, { id: 150 }, '089601'],
    ['a text', Outer, { name: 'testing' }, '120774657374696e67'],
    ['a negative number', Inner, { id: -2 }, '08feffffffffffffffff01'],
    ['bytes and a flag', Outer, { blob: unhex('00ff'), on: true }, '1a0200ff2001'],
    ['a nested message', Outer, { inner: { id: 1 } }, '2a020801'],
    ['an empty nested message', Outer, { inner: {} }, '2a00'],
    ['repeated messages', Outer, { many: [{ id: 1 }, { id: 2 }] }, '320208013202 0802'.replace(' ', '')],
    ['a map', Outer, { byName: { a: { id: 1 } } }, '3a070a016112020801'],
    ['a zero that is present', Outer, { maybe: 0 }, '4000'],
  ])('writes and reads %s', (_name, type, value, expected) => {
    const codec = type as typeof Outer;
    expect(hex(codec.encode(value as never))).toBe(expected);
    expect(codec.decode(unhex(expected))).toMatchObject(value);
  });

  test('what was left out reads as its zero value', () => {
    expect(Outer.decode(new Uint8Array())).toEqual({
      name: '',
      blob: new Uint8Array(),
      on: false,
      inner: undefined,
      many: [],
      byName: {},
      maybe: undefined,
    });
  });

  test('fields of a newer protocol are skipped', () => {
    expect(Inner.decode(unhex('089601120774657374696e671801'))).toEqual({ id: 150 });
  });

  test('refuses a message that ends too early', () => {
    expect(() => Outer.decode(unhex('1207746573'))).toThrow(/premature EOF/);
  });
});
