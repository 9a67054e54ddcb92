import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashImage, imageDigest } from '../../../lib/image';
import type { AmiMachine } from '../../../lib/provider/resources/ami-arguments';
import { makeAmiDisk } from '../../../lib/provider/resources/ami-disk';
import type { AmiImage } from '../../../lib/provider/resources/ami-image';

const BLOCK = 512 * 1024;
const BIOS: AmiMachine = { architecture: 'x86_64', bootMode: 'legacy-bios' };
const never = new AbortController().signal;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A raw disk of 3 blocks and a sector: a boot sector, nothing, a byte, and a byte in the sector at its end. */
function image(): AmiImage {
  const bytes = Buffer.alloc(3 * BLOCK + 512);
  bytes.write('\xeb\xfe', 0, 'latin1');
  bytes.write('\x55\xaa', 510, 'latin1');
  bytes[2 * BLOCK + 7] = 1;
  bytes[3 * BLOCK] = 2;
  const path = join(folder, 'web.raw');
  writeFileSync(path, bytes);
  const { sha256 } = hashImage(path);
  const digest = imageDigest({ sha256, kind: 'disk', bootArgs: [], boot: 'disk', loaderDigest: '' });
  return { path, kind: 'disk', digest, bootArgs: [], initrd: undefined };
}

test('every block is whole, what is empty is none, and no file stays while it is read', async () => {
  const disk = await makeAmiDisk(image(), BIOS, { signal: never, folder });
  try {
    expect(readdirSync(folder)).toEqual(['web.raw']);
    expect([disk.size, disk.blockSize]).toEqual([3 * BLOCK + 512, BLOCK]);
    const blocks = await Promise.all([0, 1, 2, 3].map((index) => disk.read(index)));
    expect(blocks.map((block) => block?.length)).toEqual([BLOCK, undefined, BLOCK, BLOCK]);
    expect([blocks[0]?.[510], blocks[2]?.[7], blocks[3]?.[0]]).toEqual([0x55, 1, 2]);
    expect(blocks[3]?.subarray(1).every((byte) => byte === 0)).toBe(true);
  } finally {
    await disk.close();
  }
});

test('a block that is handed back is filled again, whatever was in it', async () => {
  const disk = await makeAmiDisk(image(), BIOS, { signal: never, folder });
  try {
    const first = (await disk.read(0)) as Buffer;
    first.fill(0xff);
    disk.release(first);
    const again = await disk.read(3);
    expect(again).toBe(first);
    expect([again?.[0], again?.subarray(1).every((byte) => byte === 0)]).toEqual([2, true]);
  } finally {
    await disk.close();
  }
});

test('a block that was given is not used again', async () => {
  const disk = await makeAmiDisk(image(), BIOS, { signal: never, folder });
  try {
    const first = await disk.read(0);
    await disk.read(1);
    const last = await disk.read(3);
    expect([first?.[510], last?.[0]]).toEqual([0x55, 2]);
  } finally {
    await disk.close();
  }
});

test('refuses a folder where no disk can be made', async () => {
  const missing = join(folder, 'missing');
  await expect(makeAmiDisk(image(), BIOS, { signal: never, folder: missing })).rejects.toMatchObject({
    code: 'image.write-failed',
    message: expect.stringMatching(/^no disk can be made in '.*missing': ENOENT/),
  });
});

test('refuses to go on when it is stopped, and leaves nothing', async () => {
  const reason = new Error('stopped');
  const signal = AbortSignal.abort(reason);
  await expect(makeAmiDisk(image(), BIOS, { signal, folder })).rejects.toBe(reason);
  expect(readdirSync(folder)).toEqual(['web.raw']);
});
