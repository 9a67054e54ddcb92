import {
  type Attributes,
  computed,
  nested,
  optional,
  optionalComputed,
  required,
  schema,
  t,
  UNKNOWN,
  withDefault,
  writeOnly,
} from '../../../lib/plugin';
import type { AnyPlanChanges, Values } from '../../../lib/plugin/definition';
import { planChange } from '../../../lib/plugin/planning/plan';

interface Case {
  readonly attributes: Attributes;
  readonly config: Values;
  readonly prior?: Values;
  readonly canUpdate?: boolean;
  readonly changes?: AnyPlanChanges;
}

function plan({ attributes, config, prior, canUpdate = true, changes }: Case) {
  return planChange({
    schema: schema({ attributes }),
    canUpdate,
    config,
    prior: prior ?? null,
    modify: async () => changes,
  });
}

const server = {
  name: required(t.string, { forceNew: true }),
  size: withDefault(t.integer, 3),
  zone: optionalComputed(t.string),
  id: computed(t.string, { stable: true }),
  revision: computed(t.integer),
  secret: writeOnly(t.string),
};
const running = { name: 'a', size: 3, zone: 'z1', id: 'i-1', revision: 1, secret: null };

describe('a create', () => {
  test('fills in defaults, leaves computed values unknown and forgets write-only ones', async () => {
    expect(await plan({ attributes: server, config: { name: 'a', secret: 'x' } })).toEqual({
      planned: { name: 'a', size: 3, zone: UNKNOWN, id: UNKNOWN, revision: UNKNOWN, secret: null },
      requiresReplace: [],
    });
  });

  test('keeps what is unknown in the configuration unknown', async () => {
    const { planned } = await plan({
      attributes: server,
      config: { name: UNKNOWN, size: UNKNOWN, zone: 'z2' },
    });
    expect(planned).toMatchObject({ name: UNKNOWN, size: UNKNOWN, zone: 'z2' });
  });

  test('shows what the resource knows already', async () => {
    const { planned } = await plan({
      attributes: server,
      config: { name: 'a' },
      changes: { set: { id: 'i-a' } },
    });
    expect(planned).toMatchObject({ id: 'i-a', revision: UNKNOWN });
  });
});

describe('a change', () => {
  test('that changes nothing is the prior state', async () => {
    expect(await plan({ attributes: server, config: { name: 'a', secret: 'new' }, prior: running })).toEqual({
      planned: running,
      requiresReplace: [],
    });
  });

  test('makes computed values unknown, except stable ones', async () => {
    expect(await plan({ attributes: server, config: { name: 'a', size: 4 }, prior: running })).toEqual({
      planned: { ...running, size: 4, zone: UNKNOWN, revision: UNKNOWN },
      requiresReplace: [],
    });
  });

  test('back to a default is a change', async () => {
    const { planned } = await plan({
      attributes: server,
      config: { name: 'a' },
      prior: { ...running, size: 9 },
    });
    expect(planned).toMatchObject({ size: 3, revision: UNKNOWN });
  });

  test('replaces for an attribute that says so, and names only that', async () => {
    const { requiresReplace } = await plan({
      attributes: server,
      config: { name: 'b', size: 5 },
      prior: running,
    });
    expect(requiresReplace).toEqual([['name']]);
  });

  test('replaces for every argument where there is no update', async () => {
    const { requiresReplace } = await plan({
      attributes: server,
      config: { name: 'b', size: 5 },
      prior: running,
      canUpdate: false,
    });
    expect(requiresReplace).toEqual([['name'], ['size']]);
  });

  test('to an unknown value replaces, because it may differ', async () => {
    const { requiresReplace } = await plan({ attributes: server, config: { name: UNKNOWN }, prior: running });
    expect(requiresReplace).toEqual([['name']]);
  });

  test('that only the resource sees makes the other computed values unknown', async () => {
    const { planned } = await plan({
      attributes: server,
      config: { name: 'a' },
      prior: running,
      changes: { set: { zone: 'z2' } },
    });
    expect(planned).toEqual({ ...running, zone: 'z2', revision: UNKNOWN });
  });

  test('that only the resource sees replaces it where there is no update', async () => {
    const { requiresReplace } = await plan({
      attributes: server,
      config: { name: 'a' },
      prior: running,
      canUpdate: false,
      changes: { set: { zone: 'z2' } },
    });
    expect(requiresReplace).toEqual([['zone']]);
  });

  test('replaces when the resource asks for it', async () => {
    const { requiresReplace } = await plan({
      attributes: server,
      config: { name: 'a', size: 4 },
      prior: running,
      changes: { requiresReplace: ['size'] },
    });
    expect(requiresReplace).toEqual([['size']]);
  });

  test('in the order of a set is none', async () => {
    const attributes = { labels: optional(t.set(t.string)), id: computed(t.string) };
    const prior = { labels: ['b', 'a'], id: '1' };
    expect((await plan({ attributes, config: { labels: ['a', 'b'] }, prior })).planned).toMatchObject({
      id: '1',
    });
  });
});

describe('nested attributes', () => {
  const disk = {
    gb: required(t.integer),
    kind: withDefault(t.string, 'ssd', { forceNew: true }),
    path: computed(t.string, { stable: true }),
  };

  test('of a list are matched by their place', async () => {
    const attributes = { disks: optional(nested.list(disk)) };
    const prior = { disks: [{ gb: 1, kind: 'ssd', path: '/a' }] };
    expect(await plan({ attributes, config: { disks: [{ gb: 1 }, { gb: 2, kind: 'hdd' }] }, prior })).toEqual(
      {
        planned: {
          disks: [
            { gb: 1, kind: 'ssd', path: '/a' },
            { gb: 2, kind: 'hdd', path: UNKNOWN },
          ],
        },
        requiresReplace: [],
      },
    );
  });

  test('of a map are matched by their key, which the path of a replacement has', async () => {
    const attributes = { disks: optional(nested.map(disk)) };
    const prior = { disks: { a: { gb: 1, kind: 'ssd', path: '/a' } } };
    expect(await plan({ attributes, config: { disks: { a: { gb: 1, kind: 'hdd' } } }, prior })).toEqual({
      planned: { disks: { a: { gb: 1, kind: 'hdd', path: '/a' } } },
      requiresReplace: [['disks', { key: 'a' }, 'kind']],
    });
  });

  test('of a set are matched by everything that is not computed', async () => {
    const attributes = { disks: optional(nested.set(disk)) };
    const prior = {
      disks: [
        { gb: 1, kind: 'ssd', path: '/a' },
        { gb: 2, kind: 'ssd', path: '/b' },
      ],
    };
    expect(await plan({ attributes, config: { disks: [{ gb: 2 }, { gb: 3 }] }, prior })).toEqual({
      planned: {
        disks: [
          { gb: 2, kind: 'ssd', path: '/b' },
          { gb: 3, kind: 'ssd', path: UNKNOWN },
        ],
      },
      requiresReplace: [['disks']],
    });
  });

  test('that are a single object keep their computed members', async () => {
    const attributes = { root: optional(nested.single(disk)) };
    const prior = { root: { gb: 1, kind: 'ssd', path: '/a' } };
    expect(await plan({ attributes, config: { root: { gb: 2 } }, prior })).toEqual({
      planned: { root: { gb: 2, kind: 'ssd', path: '/a' } },
      requiresReplace: [],
    });
    expect((await plan({ attributes, config: { root: UNKNOWN }, prior })).planned).toEqual({ root: UNKNOWN });
  });
});

test('refuses a resource that plans another value than the configuration says', async () => {
  const attempt = plan({ attributes: server, config: { name: 'a' }, changes: { set: { name: 'b' } } });
  await expect(attempt).rejects.toThrow(
    "'modifyPlan' set 'name', which the configuration decides; it may set computed attributes only",
  );
});
