import { parsePlan, reviewPlan } from '../../lib/plan';

/** The drift of a route table, of which the code says what `set` names. */
function drift(before: object, after: object, set: readonly string[] = ['tags', 'ingress']) {
  const expressions = Object.fromEntries(set.map((name) => [name, {}]));
  const table = { address: 'aws_route_table.t', mode: 'managed', type: 'aws_route_table', name: 't' };
  const plan = {
    format_version: '1.2',
    resource_drift: [{ ...table, change: { actions: ['update'], before, after } }],
    configuration: { root_module: { resources: [{ address: table.address, expressions }] } },
  };
  return reviewPlan(parsePlan(JSON.stringify(plan))).drift;
}

test('what the code says and somebody changed is drift', () => {
  expect(drift({ tags: { a: '1' } }, { tags: { a: '2' } })).toMatchObject([
    { address: 'aws_route_table.t', attributes: [{ path: 'tags.a', before: '1', after: '2' }] },
  ]);
});

test('what the code leaves open, such as routes that other resources made, is none', () => {
  expect(drift({ route: [] }, { route: [{ gateway_id: 'igw-1' }] })).toEqual([]);
  expect(drift({ route: [], tags: null }, { route: ['x'], tags: { a: '1' } })).toMatchObject([
    { attributes: [{ path: 'tags.a' }] },
  ]);
});

test.each([
  [null, []],
  ['', null],
  [[], null],
  [null, {}],
])('%j that became %j is none', (before, after) => {
  expect(drift({ ingress: before }, { ingress: after })).toEqual([]);
});

test('nothing that became something is drift', () => {
  expect(drift({ ingress: [] }, { ingress: ['x'] })).toHaveLength(1);
  expect(drift({ ingress: null }, { ingress: false })).toHaveLength(1);
});
