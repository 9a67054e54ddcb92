import { Pace } from '../../../lib/clouds/aws/pace';

/** Runs so many answers of a speed. */
function answers(pace: Pace, count: number, ms: number): void {
  for (let i = 0; i < count; i++) pace.succeeded(ms);
}

test('it starts in the middle and doubles with each round of quick answers', () => {
  const pace = new Pace(64);
  expect(pace.current).toBe(16);
  answers(pace, 16, 100);
  expect(pace.current).toBe(32);
  answers(pace, 1_000, 100);
  expect(pace.current).toBe(64);
});

test('it does not grow while answers are slow', () => {
  const pace = new Pace(64);
  answers(pace, 100, 3_000);
  expect(pace.current).toBe(16);
});

test('it halves when told to slow down, once for all that were told at a time, then grows by one a round', () => {
  const pace = new Pace(64);
  answers(pace, 1_000, 100);
  for (let i = 0; i < 64; i++) pace.falter(5_000 + i);
  expect(pace.current).toBe(32);
  pace.falter(6_100);
  expect(pace.current).toBe(16);
  answers(pace, 17, 100);
  expect(pace.current).toBe(17);
});

test('one may always be under way', () => {
  const pace = new Pace(2);
  for (let i = 0; i < 10; i++) pace.falter(2_000 * i);
  expect(pace.current).toBe(1);
});

test('no more run at a time than may, and all of them come to run', async () => {
  const pace = new Pace(3);
  let now = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
  };
  const signal = new AbortController().signal;
  await Promise.all(Array.from({ length: 50 }, () => pace.run(work, signal)));
  expect(most).toBe(3);
});

test('refuses to begin what was ended meanwhile', async () => {
  const pace = new Pace(1);
  const controller = new AbortController();
  let release: () => void = () => undefined;
  const first = pace.run(() => new Promise<void>((resolve) => (release = resolve)), controller.signal);
  const second = pace.run(async () => 'begun', controller.signal);
  controller.abort();
  release();
  await first;
  await expect(second).rejects.toMatchObject({ code: 'aws.cancelled' });
});
