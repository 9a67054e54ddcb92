import { checkDevices, type Device, findSystem, type System, systems, withSystems } from '../../lib/systems';

const mine: System = { id: 'mine', title: 'Mine', recognise: () => undefined };

test('own systems come first, and take the place of known ones with their id', () => {
  const solo5: System = { ...mine, id: 'solo5' };
  const all = withSystems([mine, solo5]);
  expect(all.slice(0, 2)).toEqual([mine, solo5]);
  expect(all).toHaveLength(systems.length + 1);
  expect(all.filter(({ id }) => id === 'solo5')).toEqual([solo5]);
});

test('a known system is found by its id', () => {
  expect(findSystem('osv').title).toBe('OSv');
});

test('refuses an id that no known system has', () => {
  expect(() => findSystem('os')).toThrow(
    expect.objectContaining({
      code: 'systems.unknown',
      message: "there is no system 'os'",
      remedy: expect.stringContaining('osv'),
    }),
  );
});

test.each<[string, unknown, string]>([
  ['nothing', null, 'systems[0] is no system'],
  [
    'an id with capitals',
    { ...mine, id: 'Mine' },
    `systems[0] has the id "Mine", and lowercase words such as 'my-os' are expected`,
  ],
  ['no id', { ...mine, id: undefined }, 'systems[0] has the id undefined'],
  ['no title', { ...mine, title: '' }, "systems[0] ('mine') has no 'title'"],
  ['no recognise', { ...mine, recognise: true }, "systems[0] ('mine') has no function 'recognise'"],
  ['a variant without an id', { ...mine, variants: [{}] }, "systems[0] ('mine'), variants[0] has no 'id'"],
  [
    'an unknown argument style',
    { ...mine, variants: [{ id: 'a', argumentStyle: 'telepathy' }] },
    "systems[0] ('mine'), variants[0] has the argumentStyle 'telepathy', and command-line, disk-field, xenstore or fixed is expected",
  ],
  [
    'no memory',
    { ...mine, variants: [{ id: 'a', memoryMib: 0 }] },
    "systems[0] ('mine'), variants[0] has 0 MiB of memory, and a whole number above 0 is expected",
  ],
  [
    'an unknown device',
    { ...mine, variants: [{ id: 'a', drivers: { has: ['virtio'] } }] },
    `systems[0] ('mine'), variants[0], 'drivers.has' names "virtio", which is no device that Kiln knows`,
  ],
  [
    'an unknown device of some version',
    { ...mine, variants: [{ id: 'a', drivers: [{ below: '1', has: [], maybe: ['toString'] }] }] },
    `systems[0] ('mine'), variants[0], 'drivers.maybe' names "toString", which is no device that Kiln knows`,
  ],
])('refuses a system with %s', (_, system, message) => {
  expect(() => withSystems([system as System])).toThrow(message);
});

test('refuses two systems with one id', () => {
  expect(() => withSystems([mine, mine])).toThrow("systems[1] has the id 'mine' of another one");
});

test('refuses devices that are no list', () => {
  expect(() => checkDevices("'drivers'", 'ena' as unknown as Device[])).toThrow(
    `'drivers' is "ena", and a list of devices is expected`,
  );
});
