import { BackOff } from '../../lib/runtime/back-off';

describe('BackOff', () => {
  it('waits 100 ms at first, twice as long each time, and 30 s at most', () => {
    const backOff = new BackOff();

    const waits = Array.from({ length: 12 }, () => backOff.next(0));

    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000, 30_000]);
  });

  it('begins anew after a minute of health, not before', () => {
    const backOff = new BackOff();
    backOff.next(0);
    backOff.healthy(1000);
    expect(backOff.next(60_999)).toBe(200);

    backOff.healthy(70_000);
    expect(backOff.next(130_000)).toBe(100);
  });

  it('speaks of a loop from the third end in a row on', () => {
    const backOff = new BackOff();
    const seen = Array.from({ length: 4 }, () => {
      backOff.next();
      return [backOff.isLooping, backOff.justBeganToLoop];
    });

    expect(seen).toEqual([
      [false, false],
      [false, false],
      [true, true],
      [true, false],
    ]);
  });
});
