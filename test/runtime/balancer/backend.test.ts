import { Backend } from '../../../lib/runtime/balancer/backend';
import type { Relay } from '../../../lib/runtime/balancer/relay';

const DRAIN_MS = 1000;

describe('a draining backend', () => {
  beforeEach(() => jest.useFakeTimers({ now: 0 }));
  afterEach(() => jest.useRealTimers());

  it('ends a connection at the first quiet moment after its time is over', () => {
    const { backend, relay } = draining({ isAtRest: true });

    run(backend, 900, 980);
    expect(relay.end).not.toHaveBeenCalled();
    run(backend, 1000, 1000);
    expect(relay.end).toHaveBeenCalled();
    expect(relay.reset).not.toHaveBeenCalled();
  });

  it('lets one go on that waits for an answer or is busy, for five seconds', () => {
    const waiting = draining({ isAtRest: false });
    const busy = draining({ isAtRest: true });
    for (let now = 900; now < 6000; now += 20) {
      (busy.relay as { activity: number }).activity++;
      waiting.backend.drain(now);
      busy.backend.drain(now);
    }

    expect(waiting.relay.end).not.toHaveBeenCalled();
    expect(busy.relay.end).not.toHaveBeenCalled();
    expect(waiting.relay.reset).not.toHaveBeenCalled();
    run(waiting.backend, 6000, 6000);
    expect(waiting.relay.reset).toHaveBeenCalled();
  });

  it('asks clients of HTTP to leave, also one that comes late', () => {
    const { relay, backend } = draining({ isAtRest: true }, true);
    const late = fakeRelay({ isAtRest: true });

    backend.add(late);

    expect(relay.askToClose).toHaveBeenCalledTimes(1);
    expect(late.askToClose).toHaveBeenCalledTimes(1);
  });
});

function fakeRelay(state: { isAtRest: boolean }): Relay {
  return {
    activity: 0,
    ...state,
    askToClose: jest.fn(),
    end: jest.fn(),
    reset: jest.fn(),
  } as unknown as Relay;
}

function draining(state: { isAtRest: boolean }, http = false) {
  const spec = { name: 'a', port: 1, state: 'active', drainMs: DRAIN_MS } as const;
  const backend = new Backend(spec, http);
  const relay = fakeRelay(state);
  backend.add(relay);
  backend.update({ ...spec, state: 'draining' });
  return { backend, relay };
}

function run(backend: Backend, from: number, to: number): void {
  for (let now = from; now <= to; now += 20) backend.drain(now);
}
