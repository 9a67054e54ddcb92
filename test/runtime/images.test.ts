import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { forgeDisk, loadLoader } from '../../lib/image';
import { ImageStore } from '../../lib/runtime/images';
import { bzImage, osvDisk, solo5 } from '../fixtures/images';
import { testWith } from '../helpers/boot-fixture';
import { temporaryHome } from '../helpers/home';
import { helloImage, helloKernel, imageSpec } from '../helpers/unikernel';

const { home } = temporaryHome();
const withQemuImg = testWith('qemu-img');
let stores = 0;

function newStore(): ImageStore {
  return new ImageStore(join(home, `images${stores++}`));
}

/** A raw disk that a BIOS would start, mostly empty. */
function bootableDisk(name: string, size = 3 * 1024 * 1024): string {
  const path = join(home, name);
  const disk = Buffer.alloc(size);
  disk.set([0xeb, 0xfe], 0);
  disk.set([0x55, 0xaa], 510);
  disk.write('the end', size - 7);
  writeFileSync(path, disk);
  return path;
}

function fileOf(name: string, bytes: Buffer): string {
  const path = join(home, name);
  writeFileSync(path, bytes);
  return path;
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

test('a kernel is forged into a disk, once', async () => {
  const store = newStore();
  const image = helloImage(['--greeting=hi'], 'disk');
  const said: string[] = [];
  const first = await store.ensure(image, (message) => said.push(message));
  expect(first).toMatchObject({ found: false, source: { kind: 'disk', path: first.path } });
  expect(said).toEqual([`copying '${image.path}'`, 'forging a disk']);
  const expected = join(home, 'expected.disk');
  await forgeDisk(helloKernel(), { bootArgs: ['--greeting=hi'] }, loadLoader(), expected);
  expect(sha256(first.path)).toBe(sha256(expected));
  expect(await store.ensure(image, (message) => said.push(message))).toEqual({ ...first, found: true });
  expect(said).toHaveLength(2);
  expect(readdirSync(store.folder)).toEqual([`${image.digest.slice(7)}.disk`]);
});

test('a kernel for direct boot is kept as it is, with its command line', async () => {
  const image = helloImage(['--greeting=hello there', '--version=2']);
  const { path, source } = await newStore().ensure(image);
  expect(sha256(path)).toBe(sha256(helloKernel()));
  const commandLine = '"--greeting=hello there" --version=2';
  expect(source).toEqual({ kind: 'kernel', path, commandLine, initrd: null });
});

/** Any bytes: the store does not look into an initrd. */
function initrdFile(name: string, bytes = 'an archive'): string {
  const path = join(home, name);
  writeFileSync(path, bytes);
  return path;
}

test('an initrd is kept beside the kernel that QEMU loads, and goes with it', async () => {
  const store = newStore();
  const initrd = initrdFile('a.cpio');
  const image = imageSpec(helloKernel(), { initrd });
  const { path, source } = await store.ensure(image);
  const kept = join(store.folder, `${image.digest.slice(7)}.initrd`);
  expect(source).toEqual({ kind: 'kernel', path, commandLine: '', initrd: kept });
  expect(sha256(kept)).toBe(sha256(initrd));
  expect(statSync(kept).mode & 0o777).toBe(0o400);
  expect((await store.ensure(image)).found).toBe(true);
  expect(await store.collect([])).toEqual([image.digest]);
  expect(readdirSync(store.folder)).toEqual([]);
});

test('an image of which only one file is left is made again', async () => {
  const store = newStore();
  const image = imageSpec(helloKernel(), { initrd: initrdFile('b.cpio') });
  const { source } = await store.ensure(image);
  rmSync((source as { initrd: string }).initrd);
  expect(await store.ensure(image)).toMatchObject({ found: false, source });
  expect(existsSync((source as { initrd: string }).initrd)).toBe(true);
});

test('refuses an initrd that is not what was planned, and keeps nothing of it', async () => {
  const store = newStore();
  for (const boot of ['direct', 'disk'] as const) {
    const image = imageSpec(helloKernel(), { boot, initrd: initrdFile(`${boot}.cpio`) });
    initrdFile(`${boot}.cpio`, 'another archive');
    await expect(store.ensure(image)).rejects.toMatchObject({ code: 'image.changed' });
  }
  expect(readdirSync(store.folder)).toEqual([]);
});

test('refuses an initrd that is not there, and keeps nothing of the kernel', async () => {
  const store = newStore();
  const image = imageSpec(helloKernel(), { initrd: initrdFile('gone.cpio') });
  rmSync(join(home, 'gone.cpio'));
  await expect(store.ensure(image)).rejects.toMatchObject({
    code: 'image.unreadable',
    message: expect.stringMatching(/gone\.cpio' cannot be read: ENOENT/),
  });
  expect(readdirSync(store.folder)).toEqual([]);
});

test('refuses a multiboot module in a folder whose name QEMU would take apart', async () => {
  const store = new ImageStore(join(home, 'a folder'));
  const image = imageSpec(helloKernel(), { initrd: initrdFile('c.cpio') });
  await expect(store.ensure(image)).rejects.toMatchObject({
    code: 'image.no-initrd',
    message: `QEMU cannot load the initrd of a multiboot kernel from '${store.folder}', whose name has a space or a comma`,
  });
});

test('a raw disk is copied as it is, holes stay holes', async () => {
  const disk = bootableDisk('sparse.raw', 32 * 1024 * 1024);
  const { path, source } = await newStore().ensure(imageSpec(disk, { kind: 'disk', boot: 'disk' }));
  expect(sha256(path)).toBe(sha256(disk));
  expect(source.kind).toBe('scratch-disk');
  expect(statSync(path).blocks * 512).toBeLessThan(4 * 1024 * 1024);
});

withQemuImg('a qcow2 becomes the raw disk in it', async () => {
  const disk = bootableDisk('inside.raw');
  const qcow2 = join(home, 'outside.qcow2');
  execFileSync('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', '-c', disk, qcow2]);
  const { path, source } = await newStore().ensure(imageSpec(qcow2, { kind: 'disk', boot: 'disk' }));
  expect(sha256(path)).toBe(sha256(disk));
  expect(source).toEqual({ kind: 'scratch-disk', path });
});

test('a disk with a place for arguments gets them, and a digest of its own', async () => {
  const disk = join(home, 'osv.raw');
  writeFileSync(disk, osvDisk());
  const image = (bootArgs: readonly string[]) => imageSpec(disk, { kind: 'disk', boot: 'disk', bootArgs });
  const { path } = await newStore().ensure(image(['/hello', 'x']));
  expect(readFileSync(path).toString('latin1', 512, 521)).toBe('/hello x\0');
  expect(image(['/hello', 'x']).digest).not.toBe(image(['/hello', 'y']).digest);
});

test('refuses arguments for a disk without a place for them', async () => {
  const disk = bootableDisk('no-place.raw');
  const image = imageSpec(disk, { kind: 'disk', boot: 'disk', bootArgs: ['--x'] });
  await expect(newStore().ensure(image)).rejects.toMatchObject({
    code: 'image.boot-args',
    message: expect.stringContaining('has no place for boot arguments'),
  });
});

test.each([
  ['whatever nothing is known of', helloKernel, { machine: 'pc', nic: 'virtio', bus: 'virtio' }],
  ['Solo5', () => fileOf('solo5.virtio', solo5(3)), { machine: 'pc', nic: 'virtio', bus: 'virtio' }],
  ['Linux', () => fileOf('vmlinuz', bzImage()), { machine: 'pc', nic: 'virtio', bus: 'virtio' }],
])('the usual devices are for %s', async (_, path, devices) => {
  const { hardware } = await newStore().ensure(imageSpec(path()));
  expect(hardware).toEqual({ isUefi: false, devices });
});

test('what a user says that an image drives decides its devices, each time anew', async () => {
  const store = newStore();
  const image = imageSpec(helloKernel());
  const nicWith = async (drivers: string[]) =>
    (await store.ensure({ ...image, drivers })).hardware.devices.nic;
  expect(await nicWith(['e1000'])).toBe('e1000');
  expect(await nicWith(['rtl8139', 'nvme'])).toBe('rtl8139');
  expect((await store.ensure(image)).hardware.devices.nic).toBe('virtio');
});

test('the devices that a user wants are not those of another who asks for the same image at once', async () => {
  const store = newStore();
  const image = imageSpec(helloKernel());
  const wanted = [['e1000'], ['rtl8139'], undefined];

  const stored = await Promise.all(
    wanted.map((drivers) => store.ensure(drivers ? { ...image, drivers } : image)),
  );

  expect(stored.map(({ hardware }) => hardware.devices.nic)).toEqual(['e1000', 'rtl8139', 'virtio']);
});

test('what is stored can only be read, by its owner', async () => {
  const store = newStore();
  for (const image of [helloImage(), helloImage([], 'disk')]) {
    expect(statSync((await store.ensure(image)).path).mode & 0o777).toBe(0o400);
  }
  expect(statSync(store.folder).mode & 0o777).toBe(0o700);
});

test('calls for one image share the work', async () => {
  const store = newStore();
  const said: string[] = [];
  const image = helloImage(['--version=3'], 'disk');
  const all = await Promise.all([1, 2, 3].map(() => store.ensure(image, (message) => said.push(message))));
  expect(new Set(all.map(({ path }) => path)).size).toBe(1);
  expect(said).toHaveLength(2);
});

test('an image that is stored does not need its staged file any more', async () => {
  const store = newStore();
  const staged = join(home, 'staged.elf');
  writeFileSync(staged, readFileSync(helloKernel()));
  const image = imageSpec(staged);
  await store.ensure(image);
  execFileSync('rm', [staged]);
  expect((await new ImageStore(store.folder).ensure(image)).found).toBe(true);
});

test('refuses a staged file that is not what was planned, and keeps nothing of it', async () => {
  const store = newStore();
  const staged = join(home, 'changed.elf');
  writeFileSync(staged, readFileSync(helloKernel()));
  const image = imageSpec(staged);
  writeFileSync(staged, Buffer.concat([readFileSync(helloKernel()), Buffer.from('x')]));
  await expect(store.ensure(image)).rejects.toMatchObject({
    code: 'image.changed',
    message: expect.stringMatching(
      /^'.*changed\.elf' is not the image that was planned: it gives sha256:[0-9a-f]{64}, and sha256:[0-9a-f]{64} is expected$/,
    ),
  });
  expect(readdirSync(store.folder)).toEqual([]);
});

test('refuses an image that is not there', async () => {
  const image = { ...helloImage(['--version=absent']), path: '/nonexistent/kernel.elf' };
  await expect(newStore().ensure(image)).rejects.toMatchObject({
    code: 'image.unreadable',
    message: expect.stringMatching(/^the image '\/nonexistent\/kernel.elf' cannot be read: ENOENT/),
  });
});

test('refuses a file that cannot boot, and keeps nothing of it', async () => {
  const store = newStore();
  const path = join(home, 'text.elf');
  writeFileSync(path, 'this is no kernel, and never will be one');
  for (const boot of ['disk', 'direct'] as const) {
    await expect(store.ensure(imageSpec(path, { boot }))).rejects.toMatchObject({
      code: 'image.not-bootable',
    });
  }
  expect(readdirSync(store.folder)).toEqual([]);
});

test('after a failure the next attempt starts afresh', async () => {
  const store = newStore();
  const image = helloImage(['--version=again']);
  await expect(store.ensure({ ...image, path: '/nonexistent' })).rejects.toThrow(/cannot be read/);
  expect((await store.ensure(image)).found).toBe(false);
});

test('what an earlier process left unfinished is removed', async () => {
  const store = newStore();
  mkdirSync(join(store.folder, 'work-0123456789ab'), { recursive: true });
  writeFileSync(join(store.folder, 'work-0123456789ab', 'copy'), 'half');
  const { path } = await store.ensure(helloImage());
  expect(readdirSync(store.folder)).toEqual([path.split('/').at(-1)]);
});

test('images that nobody refers to are deleted', async () => {
  const store = newStore();
  const keep = helloImage(['--version=keep']);
  const gone = [helloImage(['--version=gone']), helloImage(['--version=gone'], 'disk')];
  for (const image of [keep, ...gone]) await store.ensure(image);
  writeFileSync(join(store.folder, 'notes.txt'), 'not ours');
  expect((await store.collect([keep.digest])).sort()).toEqual(gone.map(({ digest }) => digest).sort());
  expect(readdirSync(store.folder).sort()).toEqual([`${keep.digest.slice(7)}.kernel`, 'notes.txt'].sort());
  expect(await store.collect([keep.digest])).toEqual([]);
});

test('there is nothing to delete where there is no store', async () => {
  expect(await newStore().collect([])).toEqual([]);
});

test('refuses a folder that cannot be made', async () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  await expect(new ImageStore(join(file, 'images')).ensure(helloImage())).rejects.toMatchObject({
    code: 'image.write-failed',
    message: `the image store '${file}/images' cannot be written: there is a file where a folder is needed`,
    remedy: 'Make it writable, or set KILN_HOME to a folder of your own.',
  });
});

/** A file system of 1 MiB, where this machine lets us mount one. */
function tinyDisk(): string | undefined {
  const folder = join(home, 'tiny');
  mkdirSync(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', folder], { stdio: 'pipe' });
    return folder;
  } catch {
    return undefined;
  }
}

test('refuses when the disk is full, and leaves nothing half-written', async () => {
  const folder = tinyDisk();
  if (folder === undefined) {
    if (process.env.CI === 'true') throw new Error('no file system can be mounted here');
    return process.stderr.write('skipped: no file system can be mounted here\n');
  }
  try {
    const store = new ImageStore(join(folder, 'images'));
    for (const image of [helloImage([], 'disk'), imageSpec(noisyDisk(), { kind: 'disk', boot: 'disk' })]) {
      await expect(store.ensure(image)).rejects.toMatchObject({
        code: 'image.write-failed',
        message: expect.stringMatching(/the disk is full|no space left/i),
        remedy: expect.stringMatching(/^Free some space/),
      });
    }
    expect(readdirSync(store.folder)).toEqual([]);
  } finally {
    execFileSync('umount', [folder]);
  }
});

/** A disk without holes, larger than the tiny file system. */
function noisyDisk(): string {
  const path = bootableDisk('noisy.raw', 1024 * 1024);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0x5a, 512));
  return path;
}

test('refuses a store that may not be written', async () => {
  if (process.getuid?.() === 0) return;
  const folder = join(home, 'locked');
  mkdirSync(folder);
  chmodSync(folder, 0o500);
  await expect(new ImageStore(folder).ensure(helloImage())).rejects.toMatchObject({
    code: 'image.write-failed',
    message: `the image store '${folder}' cannot be written: permission denied`,
  });
  expect(existsSync(folder)).toBe(true);
});
