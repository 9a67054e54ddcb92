// Starts guests under a real Xen, itself in QEMU: paravirtual ones directly and through GRUB from a disk of the layout
// 'xen-pv', and PVH ones, on nested paging that QEMU emulates. Ends with 1 when one does not do what it should.
// npx tsx scripts/xen-proof.ts [--verbose] [--only=NAME]
// On Debian 12 for x86-64 with qemu, grub-common and gcc. Xen's packages are downloaded and unpacked below a temporary
// folder; none is installed. Takes about two minutes, nearly all of it emulation. See docs/xen-proof.md.
import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgeDisk, loadLoader } from '../lib/image';
import { bootablePvhKernel, bootablePvKernel } from '../test/fixtures/xen-kernels';
import { type Guest, makeManager } from './xen-proof/manager';

const XEN = '4.17';
const PACKAGES = [
  `xen-hypervisor-${XEN}-amd64`,
  ...[`xen-utils-${XEN}`, `libxenmisc${XEN}`, 'libxencall1', 'libxendevicemodel1', 'libxenevtchn1'],
  ...['libxenforeignmemory1', 'libxengnttab1', 'libxenhypfs1', 'libxenstore4', 'libxentoolcore1'],
  ...['libxentoollog1', 'libyajl2', 'xenstore-utils', 'grub-xen-bin', 'busybox-static', 'lz4', 'liblz4-1'],
];
const GRUB_MODULES = ['part_msdos', 'fat', 'loopback', 'configfile', 'legacycfg', 'linux', 'normal', 'test'];
const LIMIT_MS = 10 * 60_000;
/** One of the guests. */
const only = process.argv.find((word) => word.startsWith('--only='))?.slice(7);
const repository = join(__dirname, '..');
const work = fs.mkdtempSync(join(tmpdir(), 'kiln-xen-'));
const root = join(work, 'root');
const libraries = join(root, 'usr/lib/x86_64-linux-gnu');

async function main(): Promise<void> {
  try {
    const dom0Kernel = unpackPackages();
    const guests = (await makeGuests()).filter(({ name }) => !only || only === name);
    const initrd = makeManager({ work, root, xen: XEN, kernel: dom0Kernel }, guests);
    const console = runXen(dom0Kernel, initrd);
    report(console, guests);
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/** @returns version of the kernel for the domain that manages the others; Debian's kernel for clouds cannot be it */
function unpackPackages(): string {
  const facts = execFileSync('apt-cache', ['show', 'linux-image-amd64'], { encoding: 'utf8' });
  const image = /^Depends: (linux-image-[^ ,]+)/m.exec(facts)?.[1];
  if (image === undefined) throw new Error("no package source here has 'linux-image-amd64'");
  execFileSync('apt-get', ['download', '-qq', ...PACKAGES, image], { cwd: work, stdio: 'ignore' });
  for (const file of fs.readdirSync(work).filter((name) => name.endsWith('.deb'))) {
    execFileSync('dpkg-deb', ['-x', join(work, file), root]);
  }
  return image.replace('linux-image-', '');
}

async function makeGuests(): Promise<readonly Guest[]> {
  const [pv, pvh] = [join(work, 'pv.elf'), join(work, 'pvh.elf')];
  fs.writeFileSync(pv, bootablePvKernel());
  fs.writeFileSync(pvh, bootablePvhKernel());
  const microvm = join(repository, 'examples/linux-microvm');
  execFileSync('make', ['-s', '-C', microvm], { stdio: 'inherit' });
  const [kernel, ramdisk] = ['vmlinuz', 'initramfs.cpio'].map((name) =>
    join(microvm, 'build/amd64', name),
  ) as [string, string];
  const unpacked = unpackedLinux(kernel);
  const words = (greeting: string) => ['console=hvc0', 'quiet', '--ip=10.0.5.2/24', `--greeting=${greeting}`];
  const [small, large] = [{ memoryMib: 16 }, { memoryMib: 320 }];
  const direct = { kernel, ramdisk, ...large };
  const extra = (greeting: string) => words(greeting).join(' ');
  return [
    {
      name: 'a',
      what: 'a kernel of ours',
      type: 'pv',
      kernel: pv,
      extra: 'tiny-pv',
      ...small,
      expected: 'tiny-pv',
    },
    {
      ...{
        name: 'b',
        what: 'a kernel of ours, from a forged disk',
        type: 'pv',
        ...small,
        expected: 'tiny-disk',
      },
      ...(await fromDisk('b', pv, { bootArgs: ['tiny-disk'] })),
      memoryMib: 64,
    },
    {
      ...{ name: 'c', what: 'Linux with its initramfs', type: 'pv', ...direct },
      ...{ extra: extra('linux-pv'), expected: 'answer: linux-pv' },
    },
    {
      ...{ name: 'd', what: 'Linux with its initramfs, from a forged disk', type: 'pv', ...large },
      ...(await fromDisk('d', unpacked, { bootArgs: words('linux-disk'), initrd: ramdisk })),
      expected: 'answer: linux-disk',
    },
    {
      ...{ name: 'e', what: 'a kernel of ours', type: 'pvh', kernel: pvh, extra: 'tiny-pvh', ...small },
      expected: 'tiny-pvh',
    },
    {
      ...{ name: 'f', what: 'Linux with its initramfs', type: 'pvh', ...direct },
      ...{ extra: extra('linux-pvh'), expected: 'answer: linux-pvh' },
    },
  ];
}

/** Debian compresses its kernel in a way that GRUB does not read; PV-GRUB is given what is inside. */
function unpackedLinux(bzImage: string): string {
  const bytes = fs.readFileSync(bzImage);
  const start = (bytes.readUInt8(0x1f1) + 1) * 512 + bytes.readUInt32LE(0x248);
  // The last four bytes are the size of what is inside.
  const payload = bytes.subarray(start, start + bytes.readUInt32LE(0x24c) - 4);
  const path = join(work, 'vmlinux');
  const unpacked = execFileSync(join(root, 'usr/bin/lz4'), ['-dc'], {
    input: payload,
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
    maxBuffer: 2 ** 28,
  });
  fs.writeFileSync(path, unpacked);
  return path;
}

/**
 * A forged disk, and GRUB for Xen in the place of PV-GRUB: it reads the menu on the disk, in which the first disk is
 * called hd0.
 */
async function fromDisk(name: string, kernel: string, options: { bootArgs: string[]; initrd?: string }) {
  const disk = join(work, `${name}.raw`);
  const { size } = await forgeDisk(kernel, { ...options, layout: 'xen-pv' }, loadLoader('xen-pv'), disk);
  const [config, grub] = [join(work, `${name}.grub`), join(work, `${name}.loader`)];
  const sectors = size / 512;
  fs.writeFileSync(
    config,
    `loopback hd0 (xen/xvda)0+${sectors}\nset root=hd0,1\nlegacy_configfile /boot/grub/menu.lst\n`,
  );
  const modules = join(root, 'usr/lib/grub/x86_64-xen');
  const words = ['-O', 'x86_64-xen', '-d', modules, '-c', config, '-p', '/', '-o', grub, ...GRUB_MODULES];
  execFileSync('grub-mkimage', words);
  return { disk, kernel: grub };
}

/** Everything that came on the serial console until the machine switched itself off. */
function runXen(dom0Kernel: string, initrd: string): string {
  const xen = join(work, 'xen');
  fs.writeFileSync(
    xen,
    execFileSync('gzip', ['-dc', join(root, `boot/xen-${XEN}-amd64.gz`)], { maxBuffer: 2 ** 26 }),
  );
  const modules = `${join(root, `boot/vmlinuz-${dom0Kernel}`)} console=hvc0 quiet,${initrd}`;
  const options = 'console=com1 com1=115200,8n1 loglvl=warning guest_loglvl=all dom0_mem=1280M,max:1280M';
  const log = join(work, 'console');
  const machine = [
    '-machine',
    'q35',
    '-accel',
    'tcg',
    '-m',
    '2560',
    '-nodefaults',
    '-display',
    'none',
    '-no-reboot',
  ];
  // The simplest processor with nested paging: with all that QEMU has, the first domain dies at its start.
  const words = [...machine, '-cpu', 'qemu64,+npt', '-serial', `file:${log}`, '-kernel', xen];
  const run = spawnSync('qemu-system-x86_64', [...words, '-append', options, '-initrd', modules], {
    ...{ timeout: LIMIT_MS, killSignal: 'SIGKILL' },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // One that took too long is told by what is missing.
  if (run.error && run.signal === null) throw run.error;
  return fs.readFileSync(log, 'utf8');
}

function report(text: string, guests: readonly Guest[]): void {
  if (process.argv.includes('--verbose')) console.log(text);
  console.log(/xen_version.*/.exec(text)?.[0] ?? 'Xen did not start');
  for (const { name, what, type, expected } of guests) {
    const said = text.split(`proof: begin ${name}`)[1]?.split(`proof: end ${name}`)[0];
    const proved = said?.includes(expected) ?? false;
    console.log(`${proved ? 'booted' : 'FAILED'}  ${type.padEnd(3)}  ${what}: ${expected}`);
    if (proved) continue;
    console.log(said ?? text.slice(-3000));
    process.exitCode = 1;
  }
}

void main();
