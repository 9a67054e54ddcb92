import type { SystemVariant } from '../../lib/systems';
import { driversOf } from '../../lib/systems/drivers';

const variant: SystemVariant = {
  id: 'any',
  drivers: [
    { below: '0.17', has: ['virtio-net-legacy'] },
    { below: '1.0', has: ['virtio-net-legacy', 'virtio-net'] },
    { has: ['virtio-net-legacy', 'virtio-net', 'ena'], maybe: ['gve'] },
  ],
};

test.each([
  ['0.16.3~abc', ['virtio-net-legacy']],
  ['0.9', ['virtio-net-legacy']],
  ['0.17', ['virtio-net-legacy', 'virtio-net']],
  ['0.17.0', ['virtio-net-legacy', 'virtio-net']],
  ['0.99.9', ['virtio-net-legacy', 'virtio-net']],
  ['1.0', ['virtio-net-legacy', 'virtio-net', 'ena']],
  ['v10.2-rc1', ['virtio-net-legacy', 'virtio-net', 'ena']],
])('version %s drives what its time had', (version, devices) => {
  expect(driversOf(variant, version)?.has).toEqual(devices);
});

test.each([undefined, 'staging'])('of version %s only what all have is sure', (version) => {
  expect(driversOf(variant, version)).toEqual({
    has: ['virtio-net-legacy'],
    maybe: ['virtio-net', 'ena', 'gve'],
  });
});

test('drivers without versions are those of every version', () => {
  const drivers = { has: ['ena'] } as const;
  expect(driversOf({ id: 'any', drivers }, '1.0')).toBe(drivers);
  expect(driversOf({ id: 'any' }, '1.0')).toBeUndefined();
});
