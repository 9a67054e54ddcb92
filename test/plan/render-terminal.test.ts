import { styleFor } from '../../lib/io/host';
import { parsePlan, renderReview, reviewPlan } from '../../lib/plan';
import { instanceNames, type ServiceSpec } from '../../lib/spec';
import { planOf, serviceChange, WEB, WEB_2 } from './fixtures';

const render = (plan: string) =>
  renderReview(reviewPlan(parsePlan(plan)), { stack: 'shop', style: styleFor(false) }).join('\n');

const service = (before: ServiceSpec | null, after: ServiceSpec | null) =>
  render(planOf(serviceChange(before, after)));

test('no change is said to be none', () => {
  expect(render(planOf())).toBe('✓ shop: no changes. What runs is what the code says.');
});

test('a roll shows image, arguments, batches, and what a failure leads to', () => {
  const text = service(WEB, WEB_2);
  const [old, fresh] = [instanceNames(WEB), instanceNames(WEB_2)];
  expect(text).toContain('~ shop-web  rolls to new instances, in 3 batches');
  expect(text).toContain('image        a1a1a1a1a1a1 → b2b2b2b2b2b2');
  expect(text).toContain('- --version=1');
  expect(text).toContain('+ --version=2');
  expect(text).not.toContain('--greeting');
  expect(text).toContain(`batch 1      + ${fresh[0]}`);
  expect(text).toContain(`batch 2      - ${old[0]}  + ${fresh[1]}`);
  expect(text).toContain(`then         - ${old[2]}`);
  expect(text).toMatch(/if it fails\s+goes back to [0-9a-f]{8} by itself/);
  expect(text).toContain('shop: 1 service to roll.');
});

test('an initrd is shown by its hash: a new one, another one, one that goes', () => {
  const withInitrd = (version: ServiceSpec, hex: string): ServiceSpec => ({
    ...version,
    image: { ...version.image, initrd: `/app/images/${hex.repeat(32)}.initrd` },
  });
  expect(service(null, withInitrd(WEB, 'c3'))).toContain('initrd     c3c3c3c3c3c3\n');
  expect(service(withInitrd(WEB, 'c3'), withInitrd(WEB_2, 'd4'))).toContain(
    'initrd       c3c3c3c3c3c3 → d4d4d4d4d4d4\n',
  );
  expect(service(withInitrd(WEB, 'c3'), WEB_2)).toContain('initrd       c3c3c3c3c3c3 → (none)\n');
  expect(service(WEB, WEB_2)).not.toContain('initrd');
});

test('bake times and pauses stand where they pass', () => {
  expect(
    service(WEB, {
      ...WEB_2,
      update: { ...WEB.update, bakeMs: 0, steps: [{ percent: 30, pauseMs: 60_000 }] },
    }),
  ).toMatch(/batch 2\s+after 1 min/);
});

test('many instances are named by the first and the last', () => {
  const [first] = instanceNames(WEB);
  expect(service({ ...WEB, instances: 9 }, null)).toContain(`instances  - ${first} to -8 (9)`);
});

test('times are shown with their unit', () => {
  expect(service(WEB, { ...WEB, update: { ...WEB.update, bakeMs: 90_000 } })).toContain(
    'update bake  0 ms → 1.5 min  in place',
  );
});

test('what changes in place is told from what needs new instances', () => {
  const text = service(WEB, { ...WEB, healthCheck: { ...WEB.healthCheck, path: '/ready' } });
  expect(text).toContain('~ shop-web  changes in place; no instance is replaced');
  expect(text).toContain('health check path  /healthz → /ready  in place');
});

test('a new service shows what it is', () => {
  const text = service(null, { ...WEB, hostPort: 'none' });
  expect(text).toContain('+ shop-web  new, 3 instances');
  expect(text).toContain('64 MiB');
  expect(text).toContain('8080, not exposed');
  for (const name of instanceNames(WEB)) expect(text).toContain(`+ ${name}`);
});

test('a removed service names every instance that goes', () => {
  const text = service(WEB, null);
  expect(text).toContain('- shop-web  is removed with 3 instances');
  for (const name of instanceNames(WEB)) expect(text).toContain(`- ${name}`);
  expect(text).toContain('shop: 1 service to remove.');
});

test('switching rollback off is pointed out', () => {
  const update = { ...WEB.update, rollback: false };
  expect(service(WEB, { ...WEB_2, update })).toContain('stays as it is then: going back is switched off');
});

test('another resource shows what forces its replacement, and why else', () => {
  const text = render(
    planOf({
      address: 'aws_instance.db',
      type: 'aws_instance',
      name: 'db',
      action_reason: 'replace_because_cannot_update',
      change: {
        actions: ['delete', 'create'],
        before: { ami: 'ami-1', tag: 'a' },
        after: { ami: 'ami-2', tag: 'b' },
        replace_paths: [['ami']],
      },
    }),
  );
  expect(text).toContain('± aws_instance.db  is replaced\n');
  expect(text).toContain('ami  ami-1 → ami-2  forces the replacement');
  expect(text).toContain('tag  a → b\n');
  expect(text).toContain('shop: 1 resource to replace.');
});

const resource = (name: string, actions: string[], after: object | null = { a: 1 }) => ({
  address: `aws_vpc.${name}`,
  type: 'aws_vpc',
  name,
  change: { actions, before: actions.includes('create') ? null : { a: 0 }, after },
});

test('many resources that are new or go are a list of names', () => {
  const many = (actions: string[]) =>
    Array.from({ length: 10 }, (_, index) => resource(`${actions[0]}-${index}`, actions));
  const text = render(planOf(...many(['create']), ...many(['delete']), resource('x', ['update'])));
  expect(text).toContain('+ aws_vpc.create-0  is new\n+ aws_vpc.create-1  is new\n');
  expect(text).toContain('- aws_vpc.delete-0  is removed\n- aws_vpc.delete-1  is removed\n');
  expect(text).toContain('~ aws_vpc.x  changes in place\n    a  0 → 1');
  expect(render(planOf(resource('x', ['create'])))).toContain('+ aws_vpc.x  is new\n    a  1');
});

test('a tag is shown once', () => {
  const after = { tags: { team: 'shop' }, tags_all: { team: 'shop' } };
  const text = render(planOf(resource('x', ['create'], after)));
  expect(text).toContain('tags.team  shop');
  expect(text).not.toContain('tags_all');
  expect(render(planOf(resource('x', ['create'], { tags_all: { team: 'shop' } })))).toContain(
    'tags_all.team',
  );
});
