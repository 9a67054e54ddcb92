import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLine, type ForgeOptions, forgeDisk, loadLoader } from '../../../lib/image';
import * as images from '../../fixtures/images';
import { temporaryFolder, testWith } from '../../helpers/boot-fixture';

// There is no Xen here, so nothing boots: what is tested is that a reader of FAT and of partitions finds the files that
// PV-GRUB looks for, in the form that GRUB legacy documents.

const folder = temporaryFolder();
const reads = testWith('grub-fstest', 'fsck.fat', 'mcopy');
const MIB = 1024 * 1024;

let count = 0;
async function forge(kernel: Buffer, options: ForgeOptions = { bootArgs: [] }): Promise<string> {
  count += 1;
  const file = join(folder, `kernel-${count}`);
  writeFileSync(file, kernel);
  const out = join(folder, `disk-${count}.raw`);
  return (await forgeDisk(file, { ...options, layout: 'xen-pv' }, loadLoader('xen-pv'), out)).path;
}

const fileOf = (disk: string, path: string) =>
  execFileSync('mcopy', ['-i', `${disk}@@1M`, `::${path}`, '-'], { maxBuffer: 2 ** 26 });

reads(
  'the first partition is a FAT file system without a fault, with both menus, kernel and initrd',
  async () => {
    const initrd = join(folder, 'initrd');
    writeFileSync(initrd, 'what is beside');
    const disk = await forge(images.vmlinux(), { bootArgs: ['ip=10.0.0.2', 'a b', 'x"y'], initrd });
    const bytes = readFileSync(disk);
    expect(bytes.subarray(446, 458).toString('hex')).toBe('80feffff0efeffff00080000');
    writeFileSync(join(folder, 'volume.img'), bytes.subarray(MIB));
    expect(execFileSync('fsck.fat', ['-n', join(folder, 'volume.img')], { encoding: 'utf8' })).toContain(
      '8 files',
    );
    const menu = [
      'default 0',
      'timeout 0',
      '',
      'title kiln',
      'root (hd0,0)',
      'kernel /boot/kernel ip=10.0.0.2 "a b" x\\"y',
      'initrd /boot/initrd',
      '',
    ].join('\n');
    for (const path of ['/boot/grub/menu.lst', '/grub/menu.lst']) {
      expect(fileOf(disk, path).toString()).toBe(menu);
    }
    expect(fileOf(disk, '/boot/kernel').equals(images.vmlinux())).toBe(true);
    expect(fileOf(disk, '/boot/initrd').toString()).toBe('what is beside');
  },
);

reads("GRUB's own readers find the partition and the files in it", async () => {
  const disk = await forge(images.vmlinux(), { bootArgs: ['x'] });
  const at = (path: string) => `(loop0,msdos1)${path}`;
  const grub = (...args: string[]) => execFileSync('grub-fstest', [disk, ...args], { encoding: 'utf8' });
  expect(grub('cat', at('/boot/grub/menu.lst'))).toContain('kernel /boot/kernel x\n');
  const kernel = join(folder, 'expected');
  writeFileSync(kernel, images.vmlinux());
  expect(() => grub('cmp', at('/boot/kernel'), kernel)).not.toThrow();
});

test('the same kernel and arguments give the same disk on every machine', async () => {
  const disk = await forge(images.vmlinux(), { bootArgs: ['a b'] });
  const digest = createHash('sha256').update(readFileSync(disk)).digest('hex');
  expect(digest.slice(0, 32)).toBe('593b092b1930d2ca7746fc03b3959409');
});

test('a kernel that skips the first word of its command line gets one to skip', async () => {
  const disk = readFileSync(await forge(images.unikraftXen(), { bootArgs: ['-- x'] }));
  expect(disk.includes('\nkernel /boot/kernel kernel "-- x"\n')).toBe(true);
});

test('without arguments the kernel stands alone in its line', async () => {
  const disk = readFileSync(await forge(images.vmlinux()));
  expect(disk.includes('\nkernel /boot/kernel\n')).toBe(true);
});

test.each([
  [
    'more than a Xen PV guest keeps',
    ['x'.repeat(1024)],
    'make a command line of 1024 bytes, and a Xen PV guest takes at most 1023',
  ],
  [
    'a backslash at the end of the line',
    ['a', 'b\\'],
    'end in a backslash, with which a menu of GRUB legacy continues in its next line',
  ],
])('refuses %s', async (_, bootArgs, fault) => {
  await expect(forge(images.vmlinux(), { bootArgs })).rejects.toMatchObject({
    code: 'image.boot-args',
    message: expect.stringMatching(new RegExp(`^the boot arguments of '.*' ${fault}$`)),
  });
});

test('arguments as long as a Xen PV guest keeps are not refused', async () => {
  const longest = ['y'.repeat(1023)];
  const disk = readFileSync(await forge(images.vmlinux(), { bootArgs: longest }));
  expect(disk.includes(`kernel /boot/kernel ${commandLine(longest)}\n`)).toBe(true);
});

test('refuses a kernel that is none of Xen PV', async () => {
  await expect(forge(images.multibootKernel())).rejects.toMatchObject({
    code: 'image.not-bootable',
    message: expect.stringContaining('a forged disk for PV-GRUB starts Xen PV and Linux kernels'),
  });
});
