import {
  type ConfigOf,
  computed,
  type Decimal,
  type Dynamic,
  nested,
  optional,
  optionalComputed,
  type PlannedOf,
  required,
  type StateOf,
  schema,
  t,
  UNKNOWN,
  type Unknown,
  type UnknownableMembers,
  withDefault,
  writeOnly,
} from '../../../lib/plugin';
import { checkAttributes } from '../../../lib/plugin/schema/check';
import { schemaToMessage } from '../../../lib/plugin/schema/to-message';
import { typeFromJson, typeToJson } from '../../../lib/plugin/schema/types';

const everything = schema({
  version: 2,
  attributes: {
    name: required(t.string, { description: 'Its *name*.', sensitive: true, deprecated: true }),
    size: withDefault(t.integer, 3),
    tags: optional(t.map(t.list(t.decimal))),
    place: optional(t.object({ city: t.string, floor: t.nullable(t.number) })),
    any: optional(t.dynamic),
    zone: optionalComputed(t.bool),
    id: computed(t.string),
    secret: writeOnly(t.string),
    token: writeOnly(t.string, { mandatory: true }),
    disks: optional(nested.list({ gb: required(t.integer), path: computed(t.string) })),
  },
});

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_T extends true>(): void => {};

test('types follow from the schema', () => {
  type Place = { readonly city: string; readonly floor: number | null };
  type Tags = Readonly<Record<string, readonly Decimal[]>>;
  holds<
    Same<
      StateOf<typeof everything>,
      {
        readonly name: string;
        readonly size: number;
        readonly tags: Tags | null;
        readonly place: Place | null;
        readonly any: Dynamic | null;
        readonly zone: boolean;
        readonly id: string;
        readonly secret: null;
        readonly token: null;
        readonly disks: readonly { readonly gb: number; readonly path: string }[] | null;
      }
    >
  >();
  holds<Same<PlannedOf<typeof everything>['zone'], boolean | Unknown>>();
  holds<
    Same<
      PlannedOf<typeof everything>['disks'],
      readonly { readonly gb: number; readonly path: string | Unknown }[] | null
    >
  >();
  holds<Same<ConfigOf<typeof everything>['secret'], string | null>>();
  holds<Same<ConfigOf<typeof everything>['id'], null>>();
  holds<Same<UnknownableMembers<ConfigOf<typeof everything>>['size'], number | null | Unknown>>();
});

test('Terraform is told each attribute with its type and who gives it', () => {
  const { version, block } = schemaToMessage(everything);
  const told = Object.fromEntries(
    block!.attributes.map(({ name, type, required: r, optional: o, computed: c, ...rest }) => [
      name,
      `${Buffer.from(type)} ${r ? 'R' : ''}${o ? 'O' : ''}${c ? 'C' : ''}${rest.writeOnly ? 'W' : ''}`,
    ]),
  );
  expect(version).toBe(2);
  expect(told).toEqual({
    name: '"string" R',
    size: '"number" OC',
    tags: '["map",["list","number"]] O',
    place: '["object",{"city":"string","floor":"number"}] O',
    any: '"dynamic" O',
    zone: '"bool" OC',
    id: '"string" C',
    secret: '"string" OW',
    token: '"string" RW',
    disks: ' O',
  });
  expect(block!.attributes[0]).toMatchObject({
    description: 'Its *name*.',
    sensitive: true,
    deprecated: true,
  });
  const disks = block!.attributes.at(-1)!.nestedType!;
  expect(disks.nesting).toBe(2);
  expect(disks.attributes.map(({ name }) => name)).toEqual(['gb', 'path']);
});

test('a dynamic type survives its JSON', () => {
  const json = ['object', { a: ['tuple', ['string', ['set', 'number']]], b: 'dynamic', c: ['map', 'bool'] }];
  expect(typeToJson(typeFromJson(json))).toEqual(json);
  expect(() => typeFromJson(['stack', 'string'])).toThrow('["stack","string"] is not a Terraform type');
});

describe('checks', () => {
  const { attributes } = schema({
    attributes: {
      port: optional(t.integer, { check: (port) => (port > 0 ? undefined : `is ${port}; ports begin at 1`) }),
      names: optional(t.list(t.string), { check: (names) => (names.length > 0 ? undefined : 'is empty') }),
      disks: optional(
        nested.list({ gb: required(t.integer, { check: (gb) => (gb > 9 ? undefined : 'is too small') }) }),
      ),
    },
  });

  test('refuses a value with its path', () => {
    expect(checkAttributes(attributes, { port: 0, names: [], disks: [{ gb: 10 }, { gb: 1 }] })).toEqual([
      { severity: 'error', path: ['port'], summary: "'port' is 0; ports begin at 1" },
      { severity: 'error', path: ['names'], summary: "'names' is empty" },
      { severity: 'error', path: ['disks', 1, 'gb'], summary: "'disks[1].gb' is too small" },
    ]);
  });

  test('nothing is asked of what is absent or not known yet', () => {
    expect(
      checkAttributes(attributes, { port: null, names: [UNKNOWN], disks: [UNKNOWN, { gb: UNKNOWN }] }),
    ).toEqual([]);
    expect(checkAttributes(attributes, { port: UNKNOWN, disks: UNKNOWN })).toEqual([]);
  });
});
