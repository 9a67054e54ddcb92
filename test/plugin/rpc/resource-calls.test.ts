import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Attributes, Decimal, UNKNOWN } from '../../../lib/plugin';
import type { Values } from '../../../lib/plugin/definition';
import type { DynamicValue, ResponseOf } from '../../../lib/plugin/protocol/messages';
import { handlers } from '../../../lib/plugin/rpc/handlers';
import { Session } from '../../../lib/plugin/rpc/session';
import { objectShape } from '../../../lib/plugin/schema/schema';
import { decodeValue, encodeValue } from '../../../lib/plugin/values/codec';
import { stone, thing, toyProvider } from '../fixtures/toy-provider';
import { removeFolder, temporaryFolder } from '../helpers/plugin-process';

const log = { debug() {}, info() {}, warn() {}, error() {} };
const NO_BYTES = new Uint8Array();
const typeName = 'toy_thing';
const shape = objectShape(thing.schema.attributes);
const value = (values: Values | null): DynamicValue => encodeValue(shape, values);
const read = (wire: unknown): Values | null =>
  decodeValue(shape, wire as DynamicValue | undefined, { strictNulls: false }) as Values | null;
const jsonState = (state: unknown) => ({ json: Buffer.from(JSON.stringify(state)) });

let root: string;
let session: Session;

beforeEach(async () => {
  root = temporaryFolder();
  session = new Session(toyProvider, log);
  const config = encodeValue(objectShape(toyProvider.schema?.attributes as Attributes), { root });
  await handlers.ConfigureProvider(session, { terraformVersion: '1.11.4', config });
});

afterEach(() => removeFolder(root));

function plan(prior: Values | null, config: Values | null) {
  return handlers.PlanResourceChange(session, {
    typeName,
    priorState: value(prior),
    proposedNewState: value(config),
    config: value(config),
    priorPrivate: NO_BYTES,
  });
}

async function apply(prior: Values | null, config: Values | null) {
  const { plannedState, diagnostics } = await plan(prior, config);
  expect(diagnostics).toEqual([]);
  return handlers.ApplyResourceChange(session, {
    typeName,
    priorState: value(prior),
    plannedState: plannedState as DynamicValue,
    config: value(config),
    plannedPrivate: NO_BYTES,
  });
}

async function created(config: Values): Promise<Values> {
  const { newState, diagnostics } = await apply(null, config);
  expect(diagnostics).toEqual([]);
  return read(newState) as Values;
}

const errors = ({ diagnostics }: { diagnostics?: ResponseOf<'PlanResourceChange'>['diagnostics'] }) =>
  diagnostics?.map(({ summary }) => summary);

describe('create', () => {
  test('gives the whole state, without write-only values, and private state', async () => {
    const {
      newState,
      diagnostics,
      private: bytes,
    } = await apply(null, {
      name: 'a',
      secret: 'hush',
      huge: Decimal.from('1e30'),
      disks: [{ gb: 5 }],
    });
    expect(diagnostics).toEqual([]);
    expect(read(newState)).toMatchObject({
      name: 'a',
      size: 3,
      secret: null,
      secret_length: 4,
      id: 'thing-a',
      huge: Decimal.from('1e30'),
      disks: [{ gb: 5, kind: 'ssd', path: '/dev/thing-a-0' }],
    });
    expect(Buffer.from(bytes as Uint8Array).toString()).toBe('{"calls":1}');
  });

  test('that fails before anything was made leaves nothing', async () => {
    const answer = await apply(null, { name: 'a', fail: 'early' });
    expect(answer.diagnostics).toMatchObject([{ summary: 'The shelf is full', detail: 'Clear it.' }]);
    expect(read(answer.newState)).toBeNull();
  });

  test('that fails half way leaves what it saved, and null for what is not known', async () => {
    const answer = await apply(null, { name: 'a', fail: 'late', secret: 'x' });
    expect(errors(answer)).toEqual(['It broke at the end']);
    expect(read(answer.newState)).toMatchObject({
      name: 'a',
      id: 'thing-a',
      zone: null,
      revision: null,
      secret: null,
    });
  });

  test.each([
    [
      'liar',
      "The provider failed to create toy_thing: the result of 'create' of toy_thing has another 'size' than was planned; a planned value must come true",
    ],
    [
      'unknown',
      "The provider failed to create toy_thing: the result of 'create' of toy_thing leaves 'zone' unknown; every value must be known by then",
    ],
    ['fault', 'The provider failed to create toy_thing: off by one'],
  ])('refuses a result that is a %s', async (fail, summary) => {
    const answer = await apply(null, { name: 'a', fail });
    expect(errors(answer)).toEqual([summary]);
    expect(answer.diagnostics?.[0]?.detail).toMatch(/Please report it\.\n\n\w+Error: /);
    expect(read(answer.newState)?.id ?? null).toBe(fail === 'fault' ? null : 'thing-a');
  });
});

describe('update', () => {
  test('changes in place', async () => {
    const prior = await created({ name: 'a' });
    const { newState } = await apply(prior, { name: 'a', size: 5 });
    expect(read(newState)).toMatchObject({ size: 5, revision: 2, id: 'thing-a' });
  });

  test('that fails leaves the prior state', async () => {
    const prior = await created({ name: 'a' });
    const answer = await apply(prior, { name: 'a', size: 5, fail: 'update' });
    expect(errors(answer)).toEqual(['No changes today']);
    expect(read(answer.newState)).toEqual(prior);
  });

  test('that takes longer than its timeout is aborted, and keeps what it saved', async () => {
    const prior = await created({ name: 'a' });
    const answer = await apply(prior, { name: 'a', size: 5, delay_ms: 60_000 });
    expect(errors(answer)).toEqual(['Gave up to update toy_thing: it took longer than 0.3 s']);
    expect(read(answer.newState)).toMatchObject({ size: 3, id: 'thing-a' });
  });
});

describe('delete', () => {
  test('ends with no state', async () => {
    const prior = await created({ name: 'a' });
    const answer = await apply(prior, null);
    expect(answer.diagnostics).toEqual([]);
    expect(answer.newState?.msgpack).toEqual(new Uint8Array([0xc0]));
    expect(existsSync(join(root, 'thing-a'))).toBe(false);
  });

  test('that fails leaves the prior state', async () => {
    const prior = await created({ name: 'a', fail: 'delete' });
    const answer = await apply(prior, null);
    expect(errors(answer)).toEqual(['It is stuck']);
    expect(read(answer.newState)).toEqual(prior);
  });

  test('can be refused while planning', async () => {
    const prior = await created({ name: 'a', fail: 'keep' });
    expect(errors(await plan(prior, null))).toEqual(['This thing must stay']);
  });
});

describe('read', () => {
  const readThing = (state: Values) =>
    handlers.ReadResource(session, { typeName, currentState: value(state), private: NO_BYTES });

  test('sees what changed outside', async () => {
    const state = await created({ name: 'a' });
    writeFileSync(join(root, 'thing-a'), '{"size":9}');
    expect(read((await readThing(state)).newState)).toMatchObject({ size: 9 });
  });

  test('says null, and not nothing, for what is gone', async () => {
    const answer = await readThing({ ...(await created({ name: 'a' })), id: 'thing-b' });
    expect(answer.newState?.msgpack).toEqual(new Uint8Array([0xc0]));
  });

  test('that fails keeps the state', async () => {
    const state = await created({ name: 'a' });
    writeFileSync(join(root, 'thing-a'), 'not json');
    const answer = await readThing(state);
    expect(errors(answer)?.[0]).toMatch(/^The provider failed to read toy_thing: Unexpected token/);
    expect(read(answer.newState)).toEqual(state);
  });
});

describe('import', () => {
  test('gives the state of what exists', async () => {
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'thing-z'), '{"size":3}');
    const { importedResources } = await handlers.ImportResourceState(session, { typeName, id: 'thing-z' });
    expect(read(importedResources?.[0]?.state)).toMatchObject({ name: 'z', id: 'thing-z' });
  });

  test('refuses what does not exist', async () => {
    const answer = await handlers.ImportResourceState(session, { typeName, id: 'thing-z' });
    expect(answer).toMatchObject({
      importedResources: [],
      diagnostics: [{ summary: "There is no 'thing-z'", detail: 'Use an id such as thing-a.' }],
    });
  });

  test('refuses a resource that has no import', async () => {
    const answer = await handlers.ImportResourceState(session, { typeName: 'toy_stone', id: 'x' });
    expect(errors(answer)).toEqual(['toy_stone cannot be imported']);
  });
});

describe('states of other shapes', () => {
  const upgrade = (version: number, state: unknown) =>
    handlers.UpgradeResourceState(session, { typeName, version, rawState: jsonState(state) });

  test('a state of this version keeps its values, and loses members that are no more', async () => {
    const { upgradedState } = await upgrade(1, { name: 'a', size: 3, colour: 'red' });
    expect(read(upgradedState)).toMatchObject({ name: 'a', size: 3, id: null });
  });

  test('an older state is upgraded', async () => {
    const { upgradedState } = await upgrade(0, { title: 'a', size: 3 });
    expect(read(upgradedState)).toMatchObject({ name: 'a', size: 3 });
  });

  const move = (sourceTypeName: string) =>
    handlers.MoveResourceState(new Session(toyProvider, log), {
      sourceProviderAddress: 'example.internal/test/toy',
      sourceTypeName,
      sourceSchemaVersion: 1,
      sourceState: jsonState({ name: 'a', id: 'thing-a' }),
      targetTypeName: 'toy_stone',
      sourcePrivate: NO_BYTES,
    });

  test('a resource of another type is taken over, by a provider that was never configured', async () => {
    const { targetState } = await move('toy_thing');
    const stoneShape = objectShape(stone.schema.attributes);
    expect(decodeValue(stoneShape, targetState as DynamicValue, { strictNulls: false })).toEqual({
      name: 'a',
      color: 'grey',
      id: 'thing-a',
    });
  });

  test('refuses a type that it does not know', async () => {
    expect(errors(await move('toy_shelf'))).toEqual(['A toy_shelf cannot become a toy_stone']);
  });
});

describe('validate', () => {
  const validate = async (config: Values) =>
    (await handlers.ValidateResourceConfig(session, { typeName, config: value(config) })).diagnostics;

  test('collects what each attribute and the resource say', async () => {
    expect(await validate({ name: '1', fail: 'never' })).toMatchObject([
      { summary: "'name' must begin with a letter", attribute: { steps: [{ attributeName: 'name' }] } },
      { summary: 'A thing cannot never fail', attribute: { steps: [{ attributeName: 'fail' }] } },
    ]);
  });

  test('passes what is good, or not known yet', async () => {
    expect(await validate({ name: 'a' })).toEqual([]);
    expect(await validate({ name: UNKNOWN, tags: UNKNOWN })).toEqual([]);
  });

  test('refuses a number that cannot be kept, with its path', async () => {
    const config = value({ name: 'a', disks: [{ gb: Decimal.from('1.5') }] });
    const { diagnostics } = await handlers.ValidateResourceConfig(session, { typeName, config });
    expect(diagnostics).toMatchObject([
      {
        summary: "'disks[0].gb' is not a whole number: 1.5",
        detail: 'Give a whole number between -(2^53 - 1) and 2^53 - 1.\n\nAt disks[0].gb.',
        attribute: { steps: [{ attributeName: 'disks' }] },
      },
    ]);
  });
});

test('a warning while planning comes with the plan', async () => {
  const { diagnostics, plannedState } = await plan(null, { name: 'a', fail: 'warn' });
  expect(diagnostics).toMatchObject([{ severity: 2, summary: 'This will go badly' }]);
  expect(read(plannedState)).toMatchObject({ id: 'thing-a', zone: UNKNOWN });
});

test('a data source reads', async () => {
  await created({ name: 'a' });
  const shelf = toyProvider.dataSources?.toy_shelf;
  const shelfShape = objectShape(shelf?.schema.attributes as Attributes);
  const answer = await handlers.ReadDataSource(session, {
    typeName: 'toy_shelf',
    config: encodeValue(shelfShape, { prefix: 'thing' }),
  });
  expect(decodeValue(shelfShape, answer.state as DynamicValue, { strictNulls: false })).toEqual({
    prefix: 'thing',
    names: ['thing-a'],
  });
  expect(readFileSync(join(root, 'thing-a'), 'utf8')).toBe('{"size":3}');
});
