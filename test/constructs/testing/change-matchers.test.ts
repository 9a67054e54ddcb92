import { TerraformVariable } from 'cdktf';
import { RollingUpdatePolicy, Size } from '../../../constructs';
import {
  toKeepInService,
  toReplaceAnything,
  toReplaceInstancesOf,
} from '../../../constructs/testing/change-matchers';
import { simulateRollout } from '../../../lib/rollout';
import type { UpdatePolicySpec } from '../../../lib/spec';
import fc from '../../helpers/property';
import { shop } from './fixtures';

describe('toReplaceInstancesOf', () => {
  test('sees a new image, and only its service', () => {
    const change = { before: shop({ version: '1' }), after: shop({ version: '2' }) };
    expect(change).toReplaceInstancesOf('web');
    expect(change).not.toReplaceInstancesOf('api');
  });

  test.each([
    ['memory', { web: { memory: Size.mebibytes(64) } }],
    ['the port', { web: { port: 81 } }],
  ])('sees %s, which no instance can change', (_, options) => {
    expect({ before: shop(), after: shop(options) }).toReplaceInstancesOf('web');
  });

  test('sees what only an override says', () => {
    const after = shop({
      change: ({ web }) =>
        (web.node.findChild('Resource') as never as Overridable).addOverride('memory_mib', 48),
    });
    expect({ before: shop(), after }).toReplaceInstancesOf('web');
  });

  test('sees that the service gets another name, so that all of it goes', () => {
    const after = shop({
      change: ({ web }) =>
        (web.node.findChild('Resource') as never as Overridable).addOverride('name', 'shop-site'),
    });
    const { pass, message } = toReplaceInstancesOf({ before: shop(), after }, 'web');
    expect(pass).toBe(true);
    expect(message()).toContain('shop-web (kiln_local_service.web) is removed');
  });

  test.each([
    ['the number of instances', { instances: 5 }],
    ['the policy', { update: RollingUpdatePolicy.blueGreen() }],
  ])('lets %s change while instances run', (_, options) => {
    expect({ before: shop(), after: shop(options) }).not.toReplaceInstancesOf('web');
  });

  test('says what makes them others, from what to what, and where', () => {
    const change = { before: shop(), after: shop({ web: { memory: Size.mebibytes(64) } }) };
    expect(toReplaceInstancesOf(change, 'web').message()).toBe(
      "expected the change not to replace the instances of 'web'; found:\n" +
        "  'web' is replaced (kiln_local_service.web), because of\n" +
        "    memory_mib: '32' becomes '64'",
    );
    expect(toReplaceInstancesOf(change, 'api').message()).toBe(
      "expected the change to replace the instances of 'api'; found:\n  'api' is kept (kiln_local_service.api)",
    );
  });

  test('refuses a name that neither version has, also turned round', () => {
    const change = { before: shop(), after: shop() };
    expect(() => expect(change).not.toReplaceInstancesOf('wbe')).toThrow(
      "there is no service 'wbe' in either version of the stack; its services are 'api', 'web', each named by its path " +
        'in the stack',
    );
  });

  test('refuses a single stack', () => {
    expect(() => toReplaceInstancesOf(shop(), 'web')).toThrow(
      'this assertion is about a change, and was given one stack; give { before, after }, two versions of a stack',
    );
  });
});

describe('toReplaceAnything', () => {
  test('is not so for the same stack twice, nor for more instances', () => {
    expect({ before: shop(), after: shop() }).not.toReplaceAnything();
    expect({ before: shop(), after: shop({ instances: 4 }) }).not.toReplaceAnything();
  });

  test('is so for one service of two, and names it', () => {
    const { pass, message } = toReplaceAnything({ before: shop(), after: shop({ version: '2' }) });
    expect(pass).toBe(true);
    expect(message()).toMatch(
      /^expected the change not to replace any instance; found:\n {2}'web' is replaced \(kiln_local_service.web\), because of\n {4}image.digest: 'sha256:[0-9a-f]{64}' becomes 'sha256:[0-9a-f]{64}'$/,
    );
  });

  test('is so where a service is removed, and not where one comes', () => {
    const smaller = shop({ change: ({ stack }) => stack.node.tryRemoveChild('api') });
    expect(toReplaceAnything({ before: shop(), after: smaller }).message()).toBe(
      "expected the change not to replace any instance; found:\n  'api' is removed (kiln_local_service.api)",
    );
    expect({ before: smaller, after: shop() }).not.toReplaceAnything();
  });
});

describe('toKeepInService', () => {
  test.each([
    [RollingUpdatePolicy.rolling(), 3],
    [RollingUpdatePolicy.rolling({ maxUnavailable: 1 }), 2],
    [RollingUpdatePolicy.rolling({ maxUnavailable: '34%', maxSurge: 0 }), 2],
    [RollingUpdatePolicy.blueGreen(), 3],
    [RollingUpdatePolicy.replace(), 0],
  ])('knows the least number of any rollout of a stack (%#)', (update, least) => {
    expect(shop({ update })).toKeepInService(least, 'web');
    expect(shop({ update })).not.toKeepInService(least + 1, 'web');
  });

  test('asks each service where none is named', () => {
    expect(shop()).toKeepInService(1);
    expect(shop()).not.toKeepInService(2);
  });

  test('counts what a change has before and after it', () => {
    expect({ before: shop({ instances: 2 }), after: shop({ instances: 5, version: '2' }) }).toKeepInService(
      2,
      'web',
    );
    expect({ before: shop({ instances: 5 }), after: shop({ instances: 2 }) }).not.toKeepInService(3, 'web');
    const update = RollingUpdatePolicy.replace();
    expect({ before: shop({ update }), after: shop({ update, instances: 4 }) }).toKeepInService(3, 'web');
    expect({ before: shop({ update }), after: shop({ update, version: '2' }) }).not.toKeepInService(1, 'web');
  });

  test('keeps none of a service that is removed, or that gets another name', () => {
    const removed = shop({ change: ({ stack }) => stack.node.tryRemoveChild('api') });
    expect({ before: shop(), after: removed }).not.toKeepInService(1, 'api');
    const renamed = shop({
      change: ({ web }) =>
        (web.node.findChild('Resource') as never as Overridable).addOverride('name', 'shop-site'),
    });
    expect(toKeepInService({ before: shop(), after: renamed }, 1, 'web').message()).toContain(
      "'web' keeps 0: shop-web (kiln_local_service.web) is removed",
    );
  });

  test('says how many, why and where', () => {
    const update = RollingUpdatePolicy.rolling({ maxUnavailable: 1 });
    expect(toKeepInService(shop({ update }), 3, 'web').message()).toBe(
      "expected stack 'shop' to keep at least 3 instances of 'web' in service; found:\n" +
        "  'web' keeps 2: it has 3 instances and 'maxUnavailable' 1 (kiln_local_service.web)",
    );
  });

  test('does not hold where only Terraform knows the number', () => {
    const stack = shop({
      change: ({ stack: scope, web }) => {
        const count = new TerraformVariable(scope, 'count', { type: 'number' });
        (web.node.findChild('Resource') as never as Overridable).addOverride('instances', count.numberValue);
      },
    });
    expect(toKeepInService(stack, 1, 'web')).toMatchObject({ pass: false });
    expect(toKeepInService(stack, 1, 'web').message()).toContain(
      "'web' keeps an unknown number: only Terraform knows its number of instances (kiln_local_service.web)",
    );
  });

  test('never says more than the rollout rule keeps', () => {
    const counts = fc.integer({ min: 1, max: 8 });
    const updates = fc.oneof(
      fc
        .record({ maxSurge: fc.integer({ min: 1, max: 4 }), maxUnavailable: fc.integer({ min: 0, max: 4 }) })
        .map((options) => RollingUpdatePolicy.rolling(options)),
      fc.constant(RollingUpdatePolicy.blueGreen()),
      fc.constant(RollingUpdatePolicy.replace()),
    );
    fc.assert(
      fc.property(updates, counts, counts, fc.boolean(), (update, from, to, replaces) => {
        const change = {
          before: shop({ update, instances: from }),
          after: shop({ update, instances: to, version: replaces ? '2' : '1' }),
        };
        const least = leastOf(update.toSpec(), from, to, replaces ? 'update' : 'scale');
        expect(toKeepInService(change, least + 1, 'web').pass).toBe(false);
      }),
      { numRuns: 40 },
    );
  });
});

/** The least number that serves while the rule itself goes from one to the other. */
function leastOf(policy: UpdatePolicySpec, from: number, to: number, kind: 'update' | 'scale'): number {
  let old = from;
  let fresh = 0;
  let switched = false;
  let least = Math.min(from, to);
  for (const { starts, stops, switches } of simulateRollout(policy, from, to, kind).batches) {
    switched ||= switches;
    old -= stops.length;
    least = Math.min(least, servingOf(policy, old, fresh, switched));
    fresh += starts.length;
  }
  return least;
}

function servingOf({ strategy }: UpdatePolicySpec, old: number, fresh: number, switched: boolean): number {
  if (strategy !== 'blue-green') return old + fresh;
  return switched ? fresh : old;
}

interface Overridable {
  addOverride(path: string, value: unknown): void;
}
