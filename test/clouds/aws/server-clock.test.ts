import { ServerClock } from '../../../lib/clouds/aws/server-clock';

const NOON = Date.UTC(2026, 10, 23, 12);
const at = (ms: number) => new Date(NOON + ms).toUTCString();

test('before any answer it is this machine’s clock', () => {
  expect(new ServerClock().now(NOON)).toBe(NOON);
});

test('comes nearer with each answer, whose seconds are cut off', () => {
  const clock = new ServerClock();
  clock.heard(at(5_900), NOON + 900);
  expect(clock.now(NOON + 900)).toBe(NOON + 5_000);
  clock.heard(at(6_050), NOON + 1_050);
  expect(clock.now(NOON + 1_050)).toBe(NOON + 6_000);
  clock.heard(at(7_800), NOON + 2_800);
  expect(clock.now(NOON + 2_800)).toBe(NOON + 7_750);
});

test('begins anew where this machine’s clock was set', () => {
  const clock = new ServerClock();
  clock.heard(at(0), NOON);
  clock.heard(at(1_000), NOON + 3_600_000);
  expect(clock.now(NOON + 3_600_000)).toBe(NOON + 1_000);
});

test('hears nothing of an answer without a date', () => {
  const clock = new ServerClock();
  clock.heard(undefined, NOON);
  clock.heard('soon', NOON);
  expect(clock.now(NOON)).toBe(NOON);
});
