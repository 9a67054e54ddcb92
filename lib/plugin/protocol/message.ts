import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** One field of a message: its number, and how its value is read and written. */
export interface Field<T> {
  readonly number: number;
  /** The value of a field that the sender left out. */
  zero(): T;
  write(writer: BinaryWriter, value: T): void;
  /** Reads one occurrence; `previous` is what earlier occurrences made. */
  read(reader: BinaryReader, previous: T): T;
}

type Fields = Record<string, Field<unknown>>;
type ValueOf<F> = F extends Field<infer T> ? T : never;
type ReadFields<F extends Fields> = { [K in keyof F]: ValueOf<F[K]> };

/** What may be given to `encode`: every field is optional, at every depth. */
export type Draft<T> = T extends Uint8Array | string | number | boolean | undefined
  ? T
  : T extends readonly (infer E)[]
    ? readonly Draft<E>[]
    : { readonly [K in keyof T]?: Draft<T[K]> | undefined };

/** A protobuf message that can be read and written. */
export interface Message<T> {
  encode(value: Draft<T>): Uint8Array;
  decode(bytes: Uint8Array): T;
}

export type MessageOf<M> = M extends Message<infer T> ? T : never;

/** Describes a message by its fields. Unknown fields are skipped, as protobuf asks. */
export function message<F extends Fields>(fields: F): Message<ReadFields<F>> {
  const entries = Object.entries(fields);
  const byNumber = new Map(entries.map(([name, field]) => [field.number, { name, field }]));
  return {
    encode(value) {
      const writer = new BinaryWriter();
      const given = value as Record<string, unknown>;
      for (const [name, field] of entries) {
        if (given[name] !== undefined) field.write(writer, given[name]);
      }
      return writer.finish();
    },
    decode(bytes) {
      const value: Record<string, unknown> = {};
      for (const [name, field] of entries) value[name] = field.zero();
      const reader = new BinaryReader(bytes);
      while (reader.pos < reader.len) {
        const [number, wireType] = reader.tag();
        const known = byNumber.get(number);
        if (known === undefined) reader.skip(wireType, number);
        else value[known.name] = known.field.read(reader, value[known.name]);
      }
      return value as ReadFields<F>;
    },
  };
}

function scalar<T>(
  number: number,
  wireType: WireType,
  zero: T,
  write: (writer: BinaryWriter, value: T) => void,
  read: (reader: BinaryReader) => T,
): Field<T> {
  return {
    number,
    zero: () => zero,
    write: (writer, value) => write(writer.tag(number, wireType), value),
    read,
  };
}

const EMPTY: Uint8Array = new Uint8Array();

export const string = (number: number): Field<string> =>
  scalar(
    number,
    WireType.LengthDelimited,
    '',
    (w, v) => w.string(v),
    (r) => r.string(),
  );

export const bytes = (number: number): Field<Uint8Array> =>
  scalar(
    number,
    WireType.LengthDelimited,
    EMPTY,
    (w, v) => w.bytes(v),
    (r) => r.bytes(),
  );

export const bool = (number: number): Field<boolean> =>
  scalar(
    number,
    WireType.Varint,
    false,
    (w, v) => w.bool(v),
    (r) => r.bool(),
  );

/** An int64 or an enum. Those of this protocol are counts and versions, so a JS number holds them. */
export const integer = (number: number): Field<number> =>
  scalar(
    number,
    WireType.Varint,
    0,
    (w, v) => w.int64(v),
    (r) => Number(r.int64()),
  );

/** A field whose absence differs from its zero value: a member of a `oneof`, or declared `optional`. */
export function presence<T>(field: Field<T>): Field<T | undefined> {
  return { ...field, zero: () => undefined, write: (w, v) => v !== undefined && field.write(w, v) } as Field<
    T | undefined
  >;
}

/** A nested message. It is given as a function where messages contain each other. */
export function nested<T>(number: number, type: () => Message<T>): Field<T | undefined> {
  return {
    number,
    zero: () => undefined,
    write: (writer, value) => {
      writer.tag(number, WireType.LengthDelimited).bytes(type().encode(value as Draft<T>));
    },
    read: (reader) => type().decode(reader.bytes()),
  };
}

export function repeated<T>(number: number, type: () => Message<T>): Field<readonly T[]> {
  const item = nested(number, type);
  return {
    number,
    zero: () => [],
    write: (writer, values) => {
      for (const value of values) item.write(writer, value);
    },
    read: (reader, previous) => [...previous, item.read(reader, undefined) as T],
  };
}

/** A `map<string, Message>`, which protobuf writes as repeated pairs of key and value. */
export function mapOf<T>(number: number, type: () => Message<T>): Field<Readonly<Record<string, T>>> {
  const pair = message({ key: string(1), value: nested(2, type) });
  const pairs = repeated(number, () => pair);
  return {
    number,
    zero: () => ({}),
    write: (writer, values) =>
      pairs.write(
        writer,
        Object.entries(values).map(([key, value]) => ({ key, value })),
      ),
    read: (reader, previous) => {
      const [last] = pairs.read(reader, []);
      return last === undefined ? previous : { ...previous, [last.key]: last.value ?? type().decode(EMPTY) };
    },
  };
}
