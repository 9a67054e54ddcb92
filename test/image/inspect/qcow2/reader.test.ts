import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bufferReader, openImageFile, qcow2Reader } from '../../../../lib/image/inspect';
import { buildQcow2, type Qcow2Input } from '../../../fixtures/qcow2';
import { temporaryFolder, testWith } from '../../../helpers/boot-fixture';
import fc from '../../../helpers/property';
import { refusal } from '../../../helpers/refusal';

const folder = temporaryFolder();
const open = (bytes: Buffer) => qcow2Reader(bufferReader(bytes, 'web.qcow2'));

/** Clusters of each kind: data, never written, data, marked as zeros, a rest. */
function contentOf(clusterSize: number): Buffer {
  const data = Buffer.alloc(clusterSize, 'some words that repeat ');
  return Buffer.concat([
    data,
    Buffer.alloc(2 * clusterSize),
    data.subarray(7).fill(3, 0, 20),
    Buffer.alloc(7),
    Buffer.alloc(clusterSize, 0xee),
    Buffer.from('the rest'),
  ]);
}

const KINDS: readonly (readonly [string, Omit<Qcow2Input, 'content'>])[] = [
  ['version 3', {}],
  ['version 2 with the smallest clusters', { version: 2, clusterBits: 9 }],
  ['the largest clusters', { clusterBits: 21 }],
  ['compressed clusters', { compressed: true, clusterBits: 14 }],
  ['compressed clusters of version 2', { version: 2, compressed: true }],
];

test.each(KINDS)('any piece of the disk is what was written: %s', (_, kind) => {
  const content = contentOf(2 ** (kind.clusterBits ?? 16));
  // What is marked as zeros reads as zeros, whatever is there.
  const seen = Buffer.from(content);
  if (kind.version !== 2) seen.fill(0, 4 * 2 ** (kind.clusterBits ?? 16), 5 * 2 ** (kind.clusterBits ?? 16));
  const disk = open(buildQcow2({ content, ...kind }));
  expect(disk.size).toBe(content.length);
  const length = fc.integer({ min: 1, max: 200_000 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: content.length }), length, (at, count) => {
      expect(disk.read(at, count).equals(seen.subarray(at, at + count))).toBe(true);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('a read ends with the disk, and holds 1 MiB at most', () => {
  const disk = open(buildQcow2({ content: Buffer.alloc(3 * 1024 * 1024, 1) }));
  expect(disk.read(0, 4_000_000)).toHaveLength(1024 * 1024);
  expect(disk.read(disk.size - 5, 100)).toHaveLength(5);
  expect([disk.read(disk.size, 1), disk.read(-1, 1), disk.read(0, 0)].map(({ length }) => length)).toEqual([
    0, 0, 0,
  ]);
});

test('what was never written is skipped, whatever the size of the disk', () => {
  const content = contentOf(65536);
  const virtualSize = 2 ** 40;
  const disk = open(buildQcow2({ content, virtualSize }));
  expect(disk.size).toBe(virtualSize);
  expect([0, 5, 65536, 3 * 65536 + 9, 4 * 65536].map((at) => disk.nextData(at))).toEqual([
    0,
    5,
    3 * 65536,
    3 * 65536 + 9,
    5 * 65536,
  ]);
  expect(disk.nextData(6 * 65536)).toBeUndefined();
  expect(disk.read(virtualSize - 10, 10)).toEqual(Buffer.alloc(10));
});

describe('refuses tables that lead nowhere', () => {
  const good = buildQcow2({ content: Buffer.alloc(300_000, 7) });
  const L1 = 3 * 65536;
  const L2 = 4 * 65536;
  const broken = (offset: number, value: bigint) => {
    const bytes = Buffer.from(good);
    bytes.writeBigUInt64BE(value, offset);
    return () => open(bytes).read(0, 100_000);
  };

  test.each([
    [
      'an L2 table between clusters',
      broken(L1, 0x1000200n),
      'an L2 table is said to be at offset 0x1000200, where no cluster begins',
    ],
    [
      'a cluster between clusters',
      broken(L2 + 8, 0x600n),
      'a cluster is said to be at offset 0x600, where no cluster begins',
    ],
    [
      'a compressed cluster that is none',
      broken(L2, (1n << 62n) | 0x10000n),
      'the compressed cluster at offset 0x10000 cannot be unpacked',
    ],
  ])('%s', (_, action, what) => {
    expect(refusal(action)).toEqual(['image.damaged', `the image 'web.qcow2' is damaged: ${what}`]);
  });

  test.each([
    [
      'an L2 table beyond the file',
      broken(L1, 0xffff_ffff_0000n),
      'an L2 table should end at byte 281474976710656',
    ],
    ['a cluster beyond the file', broken(L2, 0x4000_0000n), 'a cluster should end at byte 1073807360'],
    [
      'a compressed cluster beyond the file',
      broken(L2, (1n << 62n) | 0x4000_0000n),
      'a compressed cluster should end at byte 1073741825',
    ],
  ])('%s', (_, action, what) => {
    const [code, message] = refusal(action);
    expect(code).toBe('image.truncated');
    expect(message).toContain(what);
  });

  test('a cluster that the file ends in', () => {
    const last = 4 * 65536;
    // The last cluster holds 37856 bytes of the disk; what is behind them may be missing.
    expect(open(good.subarray(0, good.length - 1000)).read(last, 65536)).toHaveLength(37_856);
    const cut = open(good.subarray(0, good.length - 30_000));
    expect(cut.read(0, last)).toHaveLength(last);
    expect(refusal(() => cut.read(last, 65536))[1]).toContain('a cluster should end at byte 627680');
  });

  test('a compressed cluster that unpacks to less', () => {
    const bytes = buildQcow2({ content: Buffer.alloc(65536, 'word '), compressed: true });
    // A final stored block without content, in the place of the compressed data.
    bytes.set([0x01, 0x00, 0x00, 0xff, 0xff], 5 * 65536);
    expect(refusal(() => open(bytes).read(0, 10))).toEqual([
      'image.damaged',
      "the image 'web.qcow2' is damaged: the compressed cluster at offset 0x50000 unpacks to 0 bytes instead of 65536",
    ]);
  });
});

test('tables that lead to themselves are read as what they are', () => {
  const bytes = buildQcow2({ content: Buffer.alloc(300_000, 7) });
  const table = BigInt(3 * 65536);
  bytes.writeBigUInt64BE(table, 3 * 65536);
  expect(open(bytes).read(0, 8).readBigUInt64BE(0)).toBe(table);
  expect(open(bytes).nextData(0)).toBe(0);
});

describe('refuses reference counts that deny the tables', () => {
  test.each([
    ['that are zero', 2 * 65536 + 6, 0, 'its reference counts say that cluster 3, which it uses, is free'],
    ['that are not there', 65536 + 4, 0, 'its reference counts say that cluster 0, which it uses, is free'],
    [
      'that are between clusters',
      65536 + 4,
      0x10001,
      'a block of its reference counts is said to be at offset 0x10001',
    ],
    [
      'that are beyond the file',
      65536 + 4,
      0x7fff0000,
      'a block of its reference counts is said to be at offset 0x7fff0000',
    ],
  ])('%s', (_, offset, value, what) => {
    const bytes = buildQcow2({ content: Buffer.alloc(65536, 7) });
    if (value === 0 && offset > 2 * 65536) bytes.writeUInt16BE(0, offset);
    else bytes.writeUInt32BE(value, offset);
    expect(refusal(() => open(bytes))).toEqual([
      'image.damaged',
      `the image 'web.qcow2' is damaged: ${what}`,
    ]);
    // A file that was not closed may have counts that are behind; the tables are what counts.
    bytes.writeUInt32BE(1, 76);
    expect(open(bytes).read(0, 1)).toEqual(Buffer.from([7]));
  });
});

const withQemuImg = testWith('qemu-img') === test ? describe : describe.skip;

withQemuImg('files of qemu-img', () => {
  const qemuImg = (...args: string[]) => {
    const { status, stderr } = spawnSync('qemu-img', args, { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
  };
  const raw = () => {
    const path = join(folder, 'disk.raw');
    const bytes = Buffer.alloc(3 * 1024 * 1024 + 512);
    for (let at = 0; at < bytes.length; at += 70_000) bytes.fill(`piece ${at} `, at, at + 3000);
    writeFileSync(path, bytes);
    return { path, bytes };
  };
  const contentOfFile = (path: string) => {
    const file = openImageFile(path);
    const disk = qcow2Reader(file);
    const pieces: Buffer[] = [];
    for (let at = 0; at < disk.size; at += 1024 * 1024) pieces.push(disk.read(at, 1024 * 1024));
    file.close();
    return Buffer.concat(pieces);
  };

  test.each([
    ['as they are', []],
    ['compressed', ['-c']],
    ['of version 2 with small clusters', ['-o', 'compat=0.10,cluster_size=512']],
    ['with large clusters and counts of one bit', ['-o', 'cluster_size=2M,refcount_bits=1']],
    ['with counts of 64 bits', ['-o', 'refcount_bits=64']],
    ['with all space taken', ['-o', 'preallocation=full']],
  ])('are read %s', (_, options) => {
    const { path, bytes } = raw();
    qemuImg('convert', '-O', 'qcow2', ...options, path, join(folder, 'disk.qcow2'));
    expect(contentOfFile(join(folder, 'disk.qcow2')).equals(bytes)).toBe(true);
  });

  test('are refused with a backing file, encryption or an external data file', () => {
    const { path } = raw();
    const secret = ['--object', 'secret,id=key,data=abc', '-o', 'encrypt.format=aes,encrypt.key-secret=key'];
    const made = (name: string, ...args: string[]) => {
      qemuImg('create', '-q', '-f', 'qcow2', ...args, join(folder, name), '4M');
      const file = openImageFile(join(folder, name));
      const [code, message] = refusal(() => qcow2Reader(file));
      file.close();
      return `${code}: ${message.split(' is a ')[1]}`;
    };
    expect(made('backed.qcow2', '-b', path, '-F', 'raw')).toContain('qcow2 with a backing file, ');
    expect(made('secret.qcow2', ...secret)).toContain('image.qcow2-unsupported: qcow2 with encryption (AES)');
    expect(made('data.qcow2', '-o', `data_file=${join(folder, 'data.raw')}`)).toContain(
      'an external data file',
    );
    expect(made('wide.qcow2', '-o', 'extended_l2=on')).toContain('extended L2 entries');
  });

  test('are read with zstd where Node has it, and otherwise refused', () => {
    const { path, bytes } = raw();
    const packed = join(folder, 'zstd.qcow2');
    qemuImg('convert', '-c', '-O', 'qcow2', '-o', 'compression_type=zstd', path, packed);
    expect(readFileSync(packed).readUInt32BE(76)).toBe(8);
    if ('zstdDecompressSync' in require('node:zlib')) {
      expect(contentOfFile(packed).equals(bytes)).toBe(true);
      return;
    }
    expect(refusal(() => contentOfFile(packed))).toEqual([
      'image.qcow2-unsupported',
      `the image '${packed}' is a qcow2 with zstd compression, which Node ${process.versions.node} cannot unpack`,
    ]);
  });
});
