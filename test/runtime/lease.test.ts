import { Lease } from '../../lib/runtime/lease';

describe('Lease', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is lost when nobody ever holds it', () => {
    const onLost = jest.fn();
    new Lease(100, onLost);

    jest.advanceTimersByTime(99);
    expect(onLost).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(onLost).toHaveBeenCalledTimes(1);
  });

  it('lasts while one of several holds it', () => {
    const onLost = jest.fn();
    const lease = new Lease(100, onLost);
    const [first, second] = [lease.hold(), lease.hold()];

    first();
    first();
    jest.advanceTimersByTime(1000);
    expect(lease.isHeld).toBe(true);

    second();
    jest.advanceTimersByTime(100);
    expect(onLost).toHaveBeenCalledTimes(1);
  });

  it('is kept by one who comes in time', () => {
    const onLost = jest.fn();
    const lease = new Lease(100, onLost);
    lease.hold()();
    jest.advanceTimersByTime(99);

    lease.hold();

    jest.advanceTimersByTime(1000);
    expect(onLost).not.toHaveBeenCalled();
  });

  it('cannot be lost once it has ended', () => {
    const onLost = jest.fn();
    const lease = new Lease(100, onLost);
    const release = lease.hold();
    lease.end();

    release();

    jest.advanceTimersByTime(1000);
    expect(onLost).not.toHaveBeenCalled();
  });
});
