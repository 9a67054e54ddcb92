import type { ServiceEvent } from '../../../../lib/spec';
import { BlueGreenBench } from './blue-green-fixture';

let bench: BlueGreenBench;

beforeEach(async () => {
  bench = await new BlueGreenBench().start();
  await bench.rollOut(1);
  for (let more = 2; more > 0; more--) bench.version();
});
afterEach(() => bench.stop());

/** Ends the rollout when an event of this kind is told. */
async function cancelledAt(kind: ServiceEvent['kind'], changes = {}) {
  const { rollOutBlueGreen } = await import('../../../../lib/clouds/aws/rollout/blue-green');
  const abort = new AbortController();
  const request = { ...bench.request(2), ...changes };
  return rollOutBlueGreen(request, bench.session, {
    signal: abort.signal,
    onEvent: (event) => {
      if (event.kind === kind) abort.abort();
    },
  });
}

describe('a rollout that is cancelled', () => {
  test.each(['batch-started', 'instance-started', 'instance-healthy', 'baking'] as const)(
    'at %s goes back, and the next one ends right',
    async (kind) => {
      const changes = bench.policy({ bakeMs: 2_000 });
      await expect(cancelledAt(kind, changes)).rejects.toMatchObject({
        code: 'rollout.cancelled',
        message: "the rollout of 'shop-web' was cancelled; green was emptied",
        detail: 'serves now: blue (blue)',
      });
      await bench.quiet();
      expect(bench.standing()).toEqual(bench.settled('blue', 1));
      await bench.rollOut(2);
      expect(bench.standing()).toEqual(bench.settled('green', 2));
    },
  );

  test('before it begins begins nothing', async () => {
    bench.fake.calls.length = 0;
    await expect(bench.rollOut(2, {}, AbortSignal.abort())).rejects.toMatchObject({
      code: 'rollout.cancelled',
      message: "the rollout of 'shop-web' was cancelled; nothing was begun",
    });
    expect(bench.fake.calls).toEqual([]);
  });

  test('after the switch is done, and the old colour empties by itself', async () => {
    expect(await cancelledAt('instance-draining')).toMatchObject({ activeGroup: 'green' });
    await bench.quiet();
    expect(bench.standing()).toEqual(bench.settled('green', 2));
  });

  test('goes back also where the policy would leave the new colour', async () => {
    await expect(cancelledAt('instance-started', bench.policy({ rollback: false }))).rejects.toMatchObject({
      code: 'rollout.cancelled',
    });
    await bench.quiet();
    expect(bench.standing()).toEqual(bench.settled('blue', 1));
  });
});

/** What a process that was killed leaves behind, by how far it had come to version 2. */
const LEFT: Readonly<Record<string, () => void>> = {
  'while it filled the new colour': () => fillGreen(1),
  'before the switch': () => fillGreen(2),
  'between the two listeners': () => {
    fillGreen(2);
    bench.setWeights(0, 0, 100);
  },
  'after the switch': () => {
    fillGreen(2);
    bench.setWeights(0, 0, 100);
    bench.setWeights(1, 0, 100);
  },
  'while it emptied the old colour': () => {
    LEFT['after the switch']?.();
    Object.assign(bench.fake.group('blue'), { min: 0, max: 1, desired: 1 });
    bench.fake.step(20);
  },
};

function fillGreen(instances: number): void {
  const green = bench.fake.group('green');
  green.launch = { ...green.launch, template: { ...green.launch.template, version: '2' } };
  Object.assign(green, { min: 2, max: 2, desired: instances });
  bench.fake.step(20);
}

describe.each(Object.keys(LEFT))('one that was killed %s', (moment) => {
  beforeEach(() => LEFT[moment]?.());

  test('is gone on with', async () => {
    await bench.rollOut(2);
    expect(bench.standing()).toEqual(bench.settled('green', 2));
  });

  test('is taken back by the version before', async () => {
    await bench.rollOut(1);
    expect(bench.standing()).toEqual(bench.settled('blue', 1));
  });

  test('gives way to a newer version, and a listener never points at an empty colour', async () => {
    const faults: string[] = [];
    const look = setInterval(() => {
      const { blue, green, weights } = bench.standing();
      for (const [toBlue] of weights) if ((toBlue === 0 ? green : blue).length === 0) faults.push('empty');
    }, 1);
    await bench.rollOut(3).finally(() => clearInterval(look));
    expect(faults).toEqual([]);
    const { blue, green } = bench.standing();
    expect([blue, green].filter((versions) => versions.length > 0)).toEqual([[3, 3]]);
    expect(bench.standing()).toEqual(bench.settled(blue.length > 0 ? 'blue' : 'green', 3));
  });
});
