import type { LaunchRecord } from '../../lib/runtime/machine';
import { rebuildState } from '../../lib/runtime/rebuild';
import { revisionOf } from '../../lib/spec';
import { fakeService } from '../helpers/fake-runtime';

const v1 = fakeService(['--version=1']);
const v2 = fakeService(['--version=2']);

function record(spec: typeof v1, ordinal: number, startedAt: string): LaunchRecord {
  const revision = revisionOf(spec);
  const name = `web-${revision}-${ordinal}`;
  return {
    name,
    service: 'web',
    revision,
    spec,
    hostPort: 1,
    startedAt,
    restarts: 2,
    pid: 1,
    pidStartTime: '1',
  };
}

describe('rebuildState', () => {
  it('takes the revision that most instances run', () => {
    const records = [record(v1, 0, '2026-01-01'), record(v2, 0, '2026-01-02'), record(v2, 1, '2026-01-03')];

    expect(rebuildState('web', records, 4711)).toMatchObject({
      name: 'web',
      owner: null,
      spec: v2,
      rollout: null,
      autoPort: 4711,
      restarts: { [records[1]!.name]: 2 },
    });
  });

  it('takes the one that has run for longest among equals', () => {
    const records = [record(v2, 0, '2026-01-02'), record(v1, 0, '2026-01-01')];

    expect(rebuildState('web', records, null)?.spec).toBe(v1);
  });

  it('knows nothing where nothing runs', () => {
    expect(rebuildState('web', [], 4711)).toBeUndefined();
  });
});
