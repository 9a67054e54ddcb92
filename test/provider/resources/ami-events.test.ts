import { AmiEvents, uploadText } from '../../../lib/provider/resources/ami-events';
import type { ServiceEvent } from '../../../lib/spec';

const MIB = 1024 * 1024;
const upload = (doneMib: number) => ({
  phase: 'uploading' as const,
  snapshotId: 'snap-1',
  doneBytes: doneMib * MIB,
  totalBytes: 64 * MIB,
  sentBlocks: 20,
  sentBytes: 10 * MIB,
  bytesPerSecond: 5.25 * MIB,
  secondsLeft: 1.2,
});

test.each([
  [{}, 'block 16 of 128, 20 with data sent, 5.3 MiB/s, 2 s left'],
  [{ bytesPerSecond: 0, secondsLeft: undefined }, 'block 16 of 128, 20 with data sent'],
  [{ bytesPerSecond: 85.4 * MIB }, 'block 16 of 128, 20 with data sent, 85 MiB/s, 2 s left'],
  [{ doneBytes: 64 * MIB, secondsLeft: 0 }, 'block 128 of 128, 20 with data sent, 5.3 MiB/s'],
])('an upload with %j reads %j', (change, text) => {
  expect(uploadText({ ...upload(8), ...change })).toBe(text);
});

test('of an upload its first step, its last, and one every two seconds are told', () => {
  let now = 0;
  const sent: ServiceEvent[] = [];
  const events = new AmiEvents({
    name: 'web',
    progress: { send: (event) => void sent.push(event) },
    log: { info: () => undefined },
    now: () => now,
  });
  for (const [at, done] of [
    [0, 1],
    [100, 2],
    [1_999, 3],
    [2_000, 4],
    [2_100, 5],
    [2_200, 64],
  ] as const) {
    now = at;
    events.report(upload(done));
  }
  expect(sent.map(({ message }) => message.split(',')[0])).toEqual([
    'block 2 of 128',
    'block 8 of 128',
    'block 128 of 128',
  ]);
});

test('what was left behind is told', () => {
  const sent: ServiceEvent[] = [];
  const logged: unknown[] = [];
  new AmiEvents({
    name: 'web',
    progress: { send: (event) => void sent.push(event) },
    log: { info: (...line) => void logged.push(line) },
  }).report({ phase: 'left-behind', what: 'snap-1', reason: 'it is in use' });
  expect(sent).toMatchObject([
    { service: 'web', kind: 'notice', instance: null, message: 'left behind: snap-1, since it is in use' },
  ]);
  expect(logged).toEqual([['left behind: snap-1, since it is in use', { kind: 'notice', image: 'web' }]]);
});

test('lines about the image of a service stand under the name of the service', () => {
  const sent: ServiceEvent[] = [];
  new AmiEvents({
    name: 'kiln-0123',
    service: 'shop/web',
    progress: { send: (event) => void sent.push(event) },
    log: { info: () => undefined },
  }).tell('image-ready', 'ami-1 is available');
  expect(sent).toMatchObject([{ service: 'shop-web', message: 'ami-1 is available' }]);
});
