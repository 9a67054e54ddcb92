import { Vpc } from '@cdktf/provider-aws/lib/vpc';
import { refusal } from '../../helpers/refusal';
import { addService, awsStack, type Json, synth } from './service-fixtures';

/** Of hashicorp/aws 5.100.0: those here that take no tags. */
const WITHOUT = [
  'aws_autoscaling_policy',
  'aws_route',
  'aws_route_table_association',
  // It has blocks, which cannot be left alone one by one; see below.
  'aws_autoscaling_group',
];

function everything(): [type: string, id: string, resource: Json][] {
  const stack = awsStack({ tags: { team: 'web', Name: 'mine' } });
  const web = addService(stack);
  web.expose();
  web.connections.allowTo(addService(stack, 'api', { port: 9000 }));
  return Object.entries<Record<string, Json>>(synth(stack).resource).flatMap(([type, byId]) =>
    Object.entries(byId).map(([id, found]): [string, string, Json] => [type, id, found]),
  );
}

const resources = everything();
const tagged = resources.filter(([type]) => type.startsWith('aws_') && !WITHOUT.includes(type));

test('everything of AWS that takes tags has them', () => {
  expect(tagged.length).toBeGreaterThan(20);
  for (const [type, id, { tags }] of tagged) {
    expect([type, id, tags]).toEqual([
      type,
      id,
      expect.objectContaining({ team: 'web', 'kiln:stack': 'shop' }),
    ]);
    expect(tags['kiln:commit']).toMatch(/^[0-9a-f]{40}(-dirty)?$/);
  }
});

test('a stack that is synthesised again is the same', () => {
  const stack = awsStack({ tags: { team: 'web' } });
  addService(stack).expose();
  expect(synth(stack)).toEqual(synth(stack));
});

test('what is part of a service says which, and the rest says none', () => {
  const serviceOf = (type: string, id: string) =>
    tagged.find(([one, other]) => one === type && other === id)?.[2].tags['kiln:service'];
  expect(serviceOf('aws_launch_template', 'web')).toBe('shop/web');
  expect(serviceOf('aws_lb_target_group', 'api_internal')).toBe('shop/api');
  expect(serviceOf('aws_security_group', 'web')).toBe('shop/web');
  expect(serviceOf('aws_lb', 'balancer_public')).toBeUndefined();
});

test("a resource's own tags count more than the stack's", () => {
  expect(tagged.find(([type]) => type === 'aws_vpc')?.[2].tags.Name).toBe('shop');
});

test('a later commit alone changes nothing', () => {
  const commit = ['tags["kiln:commit"]', 'tags_all["kiln:commit"]'];
  for (const [type, id, { lifecycle }] of tagged) {
    expect([type, id, lifecycle.ignore_changes]).toEqual([type, id, expect.arrayContaining(commit)]);
  }
});

test('what a resource ignores and does besides is left as it is', () => {
  const stack = awsStack();
  new Vpc(stack, 'Mine', {
    cidrBlock: '10.1.0.0/16',
    lifecycle: { preventDestroy: true, ignoreChanges: ['tags["a"]'] },
  });
  new Vpc(stack, 'Frozen', { cidrBlock: '10.1.0.0/16', lifecycle: { ignoreChanges: 'all' } });
  const { Mine, Frozen } = synth(stack).resource.aws_vpc;
  expect(Mine.lifecycle).toEqual({
    prevent_destroy: true,
    ignore_changes: ['tags["a"]', 'tags["kiln:commit"]', 'tags_all["kiln:commit"]'],
  });
  expect(Frozen.lifecycle).toEqual({ ignore_changes: 'all' });
});

test('an AMI has the tags of the user, and the provider adds its own', () => {
  const [, , ami] = resources.find(([type, id]) => type === 'kiln_ami' && id === 'web')!;
  expect(ami).toMatchObject({
    service: 'shop/web',
    source: 'source.json',
    tags: { team: 'web', Name: 'mine' },
  });
});

test('a group has no commit: its tags could only be left alone all together', () => {
  const [, , group] = resources.find(([type, id]) => type === 'aws_autoscaling_group' && id === 'web')!;
  expect(group.tag.map(({ key }: Json) => key)).toEqual(['Name', 'team', 'kiln:stack', 'kiln:service']);
});

test.each([
  [
    { 'kiln:stack': 'x' },
    "'tags' has 'kiln:stack', and keys that begin with 'aws:' or 'kiln:' are reserved; choose another",
  ],
  [
    { 'AWS:x': 'x' },
    "'tags' has 'AWS:x', and keys that begin with 'aws:' or 'kiln:' are reserved; choose another",
  ],
  [{ '': 'x' }, "'tags' has '', and a key has 1 to 127 characters"],
  [{ ['k'.repeat(128)]: '' }, `'tags' has '${'k'.repeat(128)}', and a key has 1 to 127 characters`],
  [{ a: 'v'.repeat(256) }, "'tags' has 'a', with 256 characters, and a value has at most 255"],
  [
    { a: 'b;c' },
    "'tags' has 'a', which is 'b;c', and AWS takes letters, digits, spaces and _ . : / = + - @ only",
  ],
  [
    Object.fromEntries(Array.from({ length: 44 }, (_, at) => [`k${at}`, ''])),
    "'tags' has 44; give at most 43",
  ],
])('refuses tags that AWS does not take (%#)', (tags, message) => {
  expect(refusal(() => awsStack({ tags: tags as Record<string, string> }))).toEqual([
    'constructs.tags',
    message,
  ]);
});
