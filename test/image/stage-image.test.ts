import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { hashImage, stageImage } from '../../lib/image';
import { temporaryFolder } from '../helpers/boot-fixture';
import { tryMountTmpfs, unmount } from '../helpers/mount';

const folder = temporaryFolder();
const source = join(folder, 'web.elf');
const content = Buffer.from('a kernel');
const sha256 = createHash('sha256').update(content).digest('hex');

beforeEach(() => writeFileSync(source, content));

test('a kernel is staged under the hash of its content, read-only', () => {
  const staged = stageImage(source, join(folder, 'new', 'folder'), 'kernel');
  expect(staged).toEqual({
    path: join(folder, 'new', 'folder', `${sha256}.elf`),
    sha256,
    size: content.length,
  });
  expect(readFileSync(staged.path)).toEqual(content);
  expect(statSync(staged.path).mode & 0o777).toBe(0o444);
  expect(readdirSync(join(folder, 'new', 'folder'))).toEqual([`${sha256}.elf`]);
});

test('a disk gets the name of a disk', () => {
  expect(stageImage(source, join(folder, 'disks'), 'disk').path).toBe(join(folder, 'disks', `${sha256}.raw`));
});

test('an initrd gets a name of its own, also where it has the bytes of a kernel', () => {
  expect(stageImage(source, join(folder, 'initrds'), 'initrd').path).toBe(
    join(folder, 'initrds', `${sha256}.initrd`),
  );
});

test('what is there is not copied again', () => {
  const place = join(folder, 'again');
  const { path } = stageImage(source, place, 'kernel');
  utimesSync(path, 1, 1);
  expect(stageImage(source, place, 'kernel').path).toBe(path);
  expect(statSync(path).mtimeMs).toBe(1000);
});

test('the zeros of a disk stay holes, and its hash is that of all its bytes', () => {
  const disk = join(folder, 'disk.raw');
  const size = 32 * 1024 * 1024;
  writeFileSync(disk, 'boot');
  truncateSync(disk, size);
  const staged = stageImage(disk, join(folder, 'sparse'), 'disk');
  expect(statSync(staged.path)).toMatchObject({ size });
  expect(statSync(staged.path).blocks * 512).toBeLessThan(size / 4);
  expect(staged.sha256).toBe(createHash('sha256').update(readFileSync(disk)).digest('hex'));
  expect(hashImage(staged.path)).toEqual({ sha256: staged.sha256, size });
});

test('refuses a source that is not there', () => {
  expect(() => stageImage(join(folder, 'missing'), folder, 'kernel')).toThrow(
    expect.objectContaining({
      code: 'image.unreadable',
      message: expect.stringMatching(/^the image '.*missing' cannot be read: ENOENT/),
    }),
  );
});

test('refuses a folder that cannot be made, and leaves nothing', () => {
  const place = join(source, 'folder');
  expect(() => stageImage(source, place, 'kernel')).toThrow(
    expect.objectContaining({
      code: 'image.write-failed',
      message: expect.stringMatching(/^the image '.*web.elf' cannot be copied to '.*folder': /),
    }),
  );
  expect(existsSync(place)).toBe(false);
});

test('refuses a file system that is full, and leaves nothing', () => {
  const large = join(folder, 'large.elf');
  writeFileSync(large, Buffer.alloc(3 * 1024 * 1024, 0xab));
  const small = join(folder, 'small');
  mkdirSync(small);
  if (!tryMountTmpfs(small, 'size=1m')) return;
  try {
    expect(() => stageImage(large, small, 'kernel')).toThrow(
      expect.objectContaining({
        code: 'image.write-failed',
        remedy: 'Free some space on that file system.',
      }),
    );
    expect(readdirSync(small)).toEqual([]);
  } finally {
    unmount(small);
  }
});
