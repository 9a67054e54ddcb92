import { bufferReader } from '../../../../lib/image/inspect';
import { isQcow, readQcow2Header } from '../../../../lib/image/inspect/qcow2/header';
import { buildQcow2 } from '../../../fixtures/qcow2';
import { refusal } from '../../../helpers/refusal';

const content = Buffer.alloc(200_000, 7);
const header = (bytes: Buffer) => readQcow2Header(bufferReader(bytes, 'web.qcow2'));

/** A good file with some 32 bit fields of its header changed. */
function changed(fields: Readonly<Record<number, number>>): Buffer {
  const bytes = buildQcow2({ content });
  for (const [offset, value] of Object.entries(fields)) bytes.writeUInt32BE(value, Number(offset));
  return bytes;
}

test('the header says the sizes and where the tables are', () => {
  expect(header(buildQcow2({ content }))).toEqual({
    version: 3,
    virtualSize: 200_000,
    clusterSize: 65536,
    compression: 'deflate',
    l1: { offset: 3 * 65536, entries: 1 },
    refcounts: { offset: 65536, size: 65536, bits: 16 },
    isDirty: false,
  });
  expect(header(buildQcow2({ content, version: 2, clusterBits: 9 }))).toMatchObject({
    version: 2,
    clusterSize: 512,
    l1: { entries: 7 },
  });
});

test('any qcow is known by its first bytes', () => {
  expect(isQcow(bufferReader(Buffer.from('QFI\xfb', 'latin1')))).toBe(true);
  expect(isQcow(bufferReader(Buffer.from('QFI', 'latin1')))).toBe(false);
});

test('a file that was not closed properly is read', () => {
  expect(header(changed({ 76: 1 }))).toMatchObject({ isDirty: true });
});

const BACKING = changed({ 12: 500, 16: 9 });
BACKING.write('base.img"', 500);

test.each([
  ['a backing file', BACKING, 'a backing file, "base.img\\"", and one file must hold all of the disk'],
  ['AES encryption', changed({ 32: 1 }), 'encryption (AES), and a machine that boots it could not read it'],
  ['LUKS encryption', changed({ 32: 2 }), 'encryption (LUKS), and a machine that boots it could not read it'],
  [
    'an external data file',
    changed({ 76: 4 }),
    'an external data file, and one file must hold all of the disk',
  ],
  ['extended L2 entries', changed({ 76: 16 }), 'extended L2 entries, and Kiln does not read that'],
  [
    'a feature of the future',
    changed({ 72: 0x80000000 }),
    'unknown features (0x8000000000000000), and Kiln does not read that',
  ],
  [
    'another compression',
    changed({ 76: 8, 100: 112, 104: 0x07000000 }),
    'compression type 7, and deflate and zstd are read',
  ],
  ['version 1', changed({ 4: 1 }), 'qcow version 1, and versions 2 and 3 are read'],
  ['version 4', changed({ 4: 4 }), 'qcow version 4, and versions 2 and 3 are read'],
])('refuses %s', (_, bytes, what) => {
  expect(refusal(() => header(bytes))).toEqual([
    'image.qcow2-unsupported',
    `the image 'web.qcow2' is a qcow2 with ${what}`,
  ]);
});

test.each([
  ['that QEMU marked as corrupt', changed({ 76: 2 }), 'QEMU marked it as corrupt'],
  [
    'with clusters too small',
    changed({ 20: 8 }),
    'its clusters have 2^8 bytes, and 2^9 to 2^21 are possible',
  ],
  [
    'with clusters too large',
    changed({ 20: 0xffffffff }),
    'its clusters have 2^4294967295 bytes, and 2^9 to 2^21 are possible',
  ],
  [
    'whose first table is too short',
    changed({ 24: 1 }),
    'its L1 table has 1 entries, and its virtual size needs 9',
  ],
  [
    'whose first table is far too long',
    changed({ 36: 0x7fffffff }),
    'its L1 table has 2147483647 entries, and its virtual size needs 1',
  ],
  [
    'whose first table is between clusters',
    changed({ 44: 100 }),
    "its L1 table begins at offset 0x64, which is not a cluster's",
  ],
  [
    'without a first table',
    changed({ 44: 0 }),
    "its L1 table begins at offset 0x0, which is not a cluster's",
  ],
  ['without reference counts', changed({ 56: 0 }), 'it has no reference counts'],
  ['whose reference counts have no possible size', changed({ 96: 7 }), 'its reference counts have no size'],
  [
    'whose reference counts are between clusters',
    changed({ 52: 513 }),
    "its reference count table begins at offset 0x201, which is not a cluster's",
  ],
])('refuses a file %s', (_, bytes, what) => {
  expect(refusal(() => header(bytes))).toEqual([
    'image.damaged',
    `the image 'web.qcow2' is damaged: ${what}`,
  ]);
});

test.each([
  ['inside its header', buildQcow2({ content }).subarray(0, 80), 'its qcow2 header should end at byte 104'],
  [
    'inside the header of version 2',
    buildQcow2({ content, version: 2 }).subarray(0, 71),
    'its qcow2 header should end at byte 72',
  ],
  [
    'before its first table',
    buildQcow2({ content }).subarray(0, 3 * 65536),
    'its L1 table should end at byte 196616',
  ],
  [
    'with a first table beyond its end',
    changed({ 44: 0x10000000 }),
    'its L1 table should end at byte 268435464',
  ],
  [
    'with reference counts beyond its end',
    changed({ 56: 0xffffffff }),
    'its reference count table should end at byte 281474976710656',
  ],
])('refuses a file cut %s', (_, bytes, what) => {
  expect(refusal(() => header(bytes))).toEqual([
    'image.truncated',
    `the image 'web.qcow2' is cut short or damaged: ${what}, and the file has ${bytes.length} bytes`,
  ]);
});
