import { createHash } from 'node:crypto';
import { bufferReader } from '../../../lib/image';
import { crc32 } from '../../../lib/image/forge/crc32';
import { renderGpt } from '../../../lib/image/forge/gpt';
import { tryReadDisk } from '../../../lib/image/inspect/disk';

const MIB = 1024 * 1024;
const SECTORS = (4 * MIB) / 512;
const identity = createHash('sha256').update('any').digest();

function disk(): Buffer {
  const bytes = Buffer.alloc(4 * MIB);
  const gpt = renderGpt({ sectors: SECTORS, first: 2048, length: 4096, name: 'kiln' }, identity);
  for (const piece of gpt) piece.bytes.copy(bytes, piece.at);
  return bytes;
}

test.each([
  ['', 0],
  ['123456789', 0xcbf43926],
  ['The quick brown fox jumps over the lazy dog', 0x414fa339],
])('the CRC of %j is that of the standard', (text, value) => {
  expect(crc32(Buffer.from(text))).toBe(value);
});

test('the one partition is an EFI system partition in its place', () => {
  expect(tryReadDisk(bufferReader(disk()))).toMatchObject({
    table: 'gpt',
    partitions: [{ offset: MIB, size: 2 * MIB, guid: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' }],
  });
});

test.each([
  ['the header', 512, 1, SECTORS - 1, 2],
  ['its backup', (SECTORS - 1) * 512, SECTORS - 1, 1, SECTORS - 33],
])('%s names itself, the other and its table, and its sums are right', (_, at, own, other, table) => {
  const bytes = disk();
  const header = Buffer.from(bytes.subarray(at, at + 92));
  const word = (offset: number) => Number(header.readBigUInt64LE(offset));
  expect(header.toString('latin1', 0, 8)).toBe('EFI PART');
  expect([24, 32, 40, 48, 72].map(word)).toEqual([own, other, 34, SECTORS - 34, table]);
  expect(header.readUInt32LE(88)).toBe(crc32(bytes.subarray(table * 512, table * 512 + 128 * 128)));
  const sum = header.readUInt32LE(16);
  header.writeUInt32LE(0, 16);
  expect(crc32(header)).toBe(sum);
});

test('the GUIDs come from the identity, and say that they are of their own making', () => {
  const bytes = disk();
  const guids = [bytes.subarray(512 + 56, 512 + 72), bytes.subarray(1024 + 16, 1024 + 32)];
  for (const [index, guid] of guids.entries()) {
    expect([(guid[7] ?? 0) >> 4, (guid[8] ?? 0) >> 6]).toEqual([8, 2]);
    const free = [0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, 15];
    const own = free.map((at) => guid[at]);
    expect(own).toEqual(free.map((at) => identity[index * 16 + at]));
  }
});

test('tools that know no GPT see one partition over everything', () => {
  const mbr = disk().subarray(0, 512);
  expect(mbr.subarray(446, 462).toString('hex')).toBe('00000200eeffffff01000000ff1f0000');
  expect(mbr.subarray(462, 510).every((byte) => byte === 0)).toBe(true);
  expect(mbr.readUInt16LE(510)).toBe(0xaa55);
});
