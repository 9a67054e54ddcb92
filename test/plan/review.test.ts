import { parsePlan, reviewPlan } from '../../lib/plan';
import { planOf, serviceChange, WEB, WEB_2 } from './fixtures';

const bucket = (change: object, more: object = {}) => ({
  address: 'aws_s3_bucket.b',
  mode: 'managed',
  type: 'aws_s3_bucket',
  name: 'b',
  change: { actions: ['update'], before: { x: 1 }, after: { x: 2 }, ...change },
  ...more,
});

test('a plan without changes has none', () => {
  const review = reviewPlan(
    parsePlan(planOf(bucket({ actions: ['no-op'] }), bucket({ actions: ['read'] }, { mode: 'data' }))),
  );
  expect(review).toEqual({ services: [], resources: [], outputs: [], drift: [], hasChanges: false });
});

test('services are apart from other resources', () => {
  const review = reviewPlan(parsePlan(planOf(serviceChange(WEB, WEB_2), bucket({}))));
  expect(review.services.map(({ name }) => name)).toEqual(['shop-web']);
  expect(review.resources).toEqual([
    {
      address: 'aws_s3_bucket.b',
      action: 'update',
      reason: null,
      attributes: [{ path: 'x', before: 1, after: 2, forcesReplacement: false }],
    },
  ]);
});

test.each([
  [['create'], 'create'],
  [['delete'], 'delete'],
  [['delete', 'create'], 'replace'],
  [['create', 'delete'], 'replace'],
  [['forget'], 'forget'],
])('%j is to %s', (actions, action) => {
  expect(reviewPlan(parsePlan(planOf(bucket({ actions })))).resources[0]?.action).toBe(action);
});

test('a reason that Terraform gives is said in words', () => {
  const plan = planOf(
    bucket({ actions: ['delete', 'create'] }, { action_reason: 'replace_because_tainted' }),
  );
  expect(reviewPlan(parsePlan(plan)).resources[0]?.reason).toBe('its creation failed earlier');
});

test('what a failed apply had replaced is told from what takes its place, and an image of a service may stay', () => {
  const gone = (type: string, before: object) =>
    bucket({ actions: ['delete'], before, after: null }, { address: `${type}.b`, type, deposed: '1a2b3c4d' });
  const plan = planOf(
    gone('aws_s3_bucket', {}),
    gone('kiln_ami', { service: 'shop/web' }),
    gone('kiln_ami', {}),
  );
  const { resources } = reviewPlan(parsePlan(plan));
  expect(resources.map(({ address, reason }) => [address, reason])).toEqual([
    ['aws_s3_bucket.b (deposed 1a2b3c4d)', 'an apply that failed had replaced it'],
    [
      'kiln_ami.b (deposed 1a2b3c4d)',
      'an apply that failed had replaced it; as an earlier image of its service it stays while it is kept or used',
    ],
    ['kiln_ami.b (deposed 1a2b3c4d)', 'an apply that failed had replaced it'],
  ]);
});

test('drift is shown, unless nothing that can be seen differs', () => {
  const plan = JSON.stringify({
    format_version: '1.2',
    resource_drift: [bucket({}), bucket({ actions: ['delete'], after: null }), bucket({ after: { x: 1 } })],
  });
  expect(reviewPlan(parsePlan(plan))).toMatchObject({
    drift: [{ action: 'update' }, { action: 'delete', attributes: [] }],
    hasChanges: false,
  });
});

test('outputs that change are changes, and their secrets stay secret', () => {
  const plan = JSON.stringify({
    format_version: '1.2',
    output_changes: {
      url: { actions: ['update'], before: 'a', after: 'b' },
      key: { actions: ['create'], before: null, after: 'hush', after_sensitive: true },
      same: { actions: ['no-op'], before: 1, after: 1 },
    },
  });
  const review = reviewPlan(parsePlan(plan));
  expect(review.hasChanges).toBe(true);
  expect(review.outputs.map(({ name, before, after }) => [name, before, String(after)])).toEqual([
    ['url', 'a', 'b'],
    ['key', null, '(sensitive)'],
  ]);
});

test('refuses what is no plan, and says so', () => {
  expect(() => parsePlan('{')).toThrow('the plan that Terraform wrote cannot be read: it is not JSON');
  expect(() => parsePlan('{"format_version":"2.0"}')).toThrow(
    "'format_version': must be of format version 1",
  );
});
