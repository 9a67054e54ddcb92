import { bufferReader } from '../../../lib/image/inspect';
import { textFinder } from '../../../lib/image/inspect/find-text';

const MIB = 1024 * 1024;

function withText(at: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.write('banner', at);
  return bytes;
}

test.each([0, 5, MIB - 3, 3 * MIB - 6])('a text is found at %i, on the border of two reads too', (at) => {
  expect(textFinder(bufferReader(withText(at, 3 * MIB)), 16 * MIB)('banner')).toBe(at);
});

test('what lies beyond the searched part is not found, nor what is not there', () => {
  const find = textFinder(bufferReader(withText(100, 200)), 105);
  expect(find('banner')).toBeUndefined();
  expect(find('banne')).toBe(100);
  expect(textFinder(bufferReader(withText(0, 10)), 0)('banner')).toBeUndefined();
});

test('an image is read once, whatever is looked for, and not before', () => {
  let reads = 0;
  const reader = bufferReader(withText(9, 2 * MIB));
  const read = (offset: number, length: number) => {
    reads += 1;
    return reader.read(offset, length);
  };
  const find = textFinder({ ...reader, read }, 16 * MIB);
  expect(reads).toBe(0);
  expect([find('banner'), find('other'), find('')]).toEqual([9, undefined, 0]);
  expect(reads).toBe(2);
});

test('an image that ends before it should is searched as far as it goes', () => {
  const reader = { ...bufferReader(withText(9, 100)), size: 5 * MIB };
  expect(textFinder(reader, 16 * MIB)('banner')).toBe(9);
});
