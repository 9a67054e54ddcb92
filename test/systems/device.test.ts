import { type Device, listDevices, listWords } from '../../lib/systems';

test.each<[readonly Device[], string]>([
  [[], 'nothing'],
  [['ena'], 'ENA'],
  [['virtio-net-legacy'], 'legacy virtio-net'],
  [['virtio-net'], 'modern virtio-net'],
  [['virtio-net-legacy', 'virtio-net'], 'virtio-net'],
  [['virtio-net', 'gve', 'virtio-net-legacy', 'nvme'], 'virtio-net, gVNIC and NVMe'],
])('%j is called %s', (devices, text) => {
  expect(listDevices(devices)).toBe(text);
});

test('devices that are not certain follow those that are', () => {
  expect(listDevices(['ena'], ['nvme', 'ide'])).toBe('ENA; perhaps NVMe and IDE');
  expect(listDevices([], ['e1000'])).toBe('nothing; perhaps e1000');
});

test('words are listed with another word before the last', () => {
  expect(listWords(['a', 'b', 'c'], 'or')).toBe('a, b or c');
});
