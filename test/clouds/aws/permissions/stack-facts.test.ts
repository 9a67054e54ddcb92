import {
  blocksOf,
  findReferred,
  literalOf,
  readStackFacts,
} from '../../../../lib/clouds/aws/permissions/stack-facts';
import { ref, SHOP, stackJson } from './stack-json';

test('regions are those of the providers, of resources and of copies, each once', () => {
  const json = stackJson({
    provider: {
      aws: [{ region: 'eu-central-1' }, { region: 'us-east-1', alias: 'us' }],
      kiln: [{ aws: { region: 'eu-central-1' } }],
    },
    resource: { kiln_ami: { Web: { region: 'eu-west-1', copies: { 'ap-south-1': {} } } } },
  });
  expect(readStackFacts(json).regions).toEqual(['ap-south-1', 'eu-central-1', 'eu-west-1', 'us-east-1']);
});

test('a region that is only known after an apply is none', () => {
  const json = stackJson({ provider: { aws: [{ region: ref('var.region') }] } });
  expect(readStackFacts(json).regions).toEqual([]);
});

test('a type is tagged when each of its resources is', () => {
  const facts = readStackFacts(
    stackJson({
      resource: {
        aws_vpc: { A: { tags: SHOP }, B: { tags: SHOP } },
        aws_subnet: { A: { tags: SHOP }, B: {} },
      },
    }),
  );
  expect(facts).toMatchObject({ tag: 'shop', taggedTypes: new Set(['aws_vpc']) });
});

test("the provider's default tags count, but for groups, which have blocks of their own", () => {
  const provider = { aws: [{ default_tags: [{ tags: SHOP }] }] };
  const facts = (group: object) =>
    readStackFacts(
      stackJson({ provider, resource: { aws_vpc: { A: {} }, aws_autoscaling_group: { G: group } } }),
    );
  expect(facts({}).taggedTypes).toEqual(new Set(['aws_vpc']));
  const tag = [{ key: 'kiln:stack', value: 'shop', propagate_at_launch: false }];
  expect(facts({ tag }).taggedTypes).toEqual(new Set(['aws_vpc', 'aws_autoscaling_group']));
});

test('two stacks in the tags of one are no tag at all', () => {
  const resource = { aws_vpc: { A: { tags: SHOP }, B: { tags: { 'kiln:stack': 'other' } } } };
  expect(readStackFacts(stackJson({ resource })).tag).toBeUndefined();
});

test('a reference finds its resource, and data sources are no resources', () => {
  const facts = readStackFacts(
    stackJson({
      resource: { aws_iam_role: { 'web-log': { name: 'x' } } },
      data: { aws_iam_role: { mine: {} } },
    }),
  );
  expect(findReferred(facts, 'aws_iam_role', ref('aws_iam_role.web-log.name'))?.args).toEqual({ name: 'x' });
  expect(findReferred(facts, 'aws_iam_role', ref('data.aws_iam_role.mine.name'))).toBeUndefined();
  expect(findReferred(facts, 'aws_iam_role', 'x')).toBeUndefined();
});

test.each([
  ['x', 'x'],
  [ref('a.b.c'), undefined],
  ['', undefined],
  [1, undefined],
])('of %j %j is known before an apply', (value, known) => {
  expect(literalOf(value)).toBe(known);
});

test('a block may be an object or a list', () => {
  expect(blocksOf({ a: 1 })).toEqual([{ a: 1 }]);
  expect(blocksOf([{ a: 1 }, { a: 2 }])).toEqual([{ a: 1 }, { a: 2 }]);
  expect(blocksOf(undefined)).toEqual([]);
});
