import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One that Xen starts. They are started in the order of their names. */
export interface Guest {
  readonly name: string;
  /** For the table. */
  readonly what: string;
  readonly type: 'pv' | 'pvh';
  readonly kernel: string;
  readonly ramdisk?: string;
  readonly extra?: string;
  /** Its first disk. */
  readonly disk?: string;
  readonly memoryMib: number;
  /** What its console or its HTTP answer has to contain. */
  readonly expected: string;
}

/** Where Debian's packages were unpacked. */
export interface XenFiles {
  /** A temporary folder. */
  readonly work: string;
  /** Below it: what would lie in `/`. */
  readonly root: string;
  /** `4.17`. */
  readonly xen: string;
  /** Version of the kernel for the domain that manages the others. */
  readonly kernel: string;
}

const MODULES = [
  ...['xen/xen-privcmd', 'xen/xenfs/xenfs', 'xen/xen-evtchn', 'xen/xen-gntdev', 'xen/xen-gntalloc'],
  ...['block/loop', 'block/xen-blkback/xen-blkback', 'net/xen-netback/xen-netback'],
];
const TOOLS = ['xl', 'xenstored', 'xenconsoled', 'xen-init-dom0', 'libxl-save-helper'];

/** The initramfs of the domain that starts the guests: Xen's tools, their libraries, and the guests. */
export function makeManager({ work, root, xen, kernel }: XenFiles, guests: readonly Guest[]): string {
  const folder = join(work, 'manager');
  const tools = join(root, 'usr/lib', `xen-${xen}`, 'bin');
  const xenFolder = `usr/lib/xen-${xen}`;
  const made = [
    'bin',
    'lib',
    'lib64',
    'modules',
    'guests',
    'console',
    'proc',
    'sys',
    'dev',
    'run/xen',
    'tmp',
  ];
  const more = ['run/xenstored', 'run/lock', 'var/lib/xen', 'var/lib/xenstored', 'var/log/xen', 'xen/lib'];
  for (const name of [...made, ...more, `${xenFolder}/bin`])
    fs.mkdirSync(join(folder, name), { recursive: true });
  fs.symlinkSync('../run', join(folder, 'var/run'));
  fs.symlinkSync('../run/lock', join(folder, 'var/lock'));
  fs.symlinkSync(`../${xenFolder}/bin`, join(folder, 'xen/bin'));
  const busybox = join(root, 'bin/busybox');
  fs.copyFileSync(busybox, join(folder, 'bin/busybox'));
  for (const name of execFileSync(busybox, ['--list'], { encoding: 'utf8' }).trim().split('\n')) {
    if (name !== 'busybox') fs.symlinkSync('busybox', join(folder, 'bin', name));
  }
  for (const name of TOOLS) fs.copyFileSync(join(tools, name), join(folder, xenFolder, 'bin', name));
  for (const name of ['xenstore-exists', 'xenstore-read', 'xenstore-write']) {
    fs.copyFileSync(join(root, 'usr/bin', name), join(folder, xenFolder, 'bin', name));
  }
  fs.copyFileSync('/bin/bash', join(folder, 'bin/bash'));
  copyLibraries(folder, root, tools);
  const modules = join(root, 'lib/modules', kernel, 'kernel/drivers');
  for (const name of MODULES)
    fs.copyFileSync(join(modules, `${name}.ko`), join(folder, 'modules', `${basename(name)}.ko`));
  for (const name of ['block', 'vif']) fs.copyFileSync(join(__dirname, name), join(folder, 'xen', name));
  fs.copyFileSync(join(__dirname, 'init'), join(folder, 'init'));
  for (const guest of guests) addGuest(join(folder, 'guests'), guest);
  return archive(folder, busybox, join(work, 'manager.cpio.gz'));
}

function copyLibraries(folder: string, root: string, tools: string): void {
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: ['usr/lib', 'lib'].map((part) => join(root, part, 'x86_64-linux-gnu')).join(':'),
  };
  const needed = [
    ...TOOLS.map((name) => join(tools, name)),
    join(root, 'usr/bin/xenstore-read'),
    '/bin/bash',
  ];
  const listed = execFileSync('ldd', needed, { encoding: 'utf8', env });
  const missing = /^\s*(\S+) => not found/m.exec(listed)?.[1];
  if (missing) throw new Error(`Xen's tools need ${missing}, which is not here`);
  for (const [, path] of listed.matchAll(/=> (\/\S+)/g)) {
    fs.copyFileSync(path as string, join(folder, 'xen/lib', basename(path as string)));
  }
  fs.copyFileSync('/lib64/ld-linux-x86-64.so.2', join(folder, 'lib64/ld-linux-x86-64.so.2'));
  // The C library opens it when a thread is to end.
  fs.copyFileSync('/lib/x86_64-linux-gnu/libgcc_s.so.1', join(folder, 'xen/lib/libgcc_s.so.1'));
}

function addGuest(folder: string, guest: Guest): void {
  const own = (kind: string, from?: string) => {
    if (from !== undefined) fs.copyFileSync(from, join(folder, `${guest.name}.${kind}`));
    return `/guests/${guest.name}.${kind}`;
  };
  const lines = [`name="${guest.name}"`, `type="${guest.type}"`, `memory=${guest.memoryMib}`, 'vcpus=1'];
  lines.push(`kernel="${own('kernel', guest.kernel)}"`, 'vif=["script=/xen/vif"]');
  lines.push('on_poweroff="destroy"', 'on_reboot="destroy"', 'on_crash="destroy"');
  if (guest.ramdisk) lines.push(`ramdisk="${own('ramdisk', guest.ramdisk)}"`);
  if (guest.extra) lines.push(`extra="${guest.extra}"`);
  if (guest.disk) {
    own('disk', guest.disk);
    lines.push('disk=["script=/xen/block,format=raw,vdev=xvda,access=ro,target=/dev/loop0"]');
  }
  fs.writeFileSync(join(folder, `${guest.name}.cfg`), `${lines.join('\n')}\n`);
}

function archive(folder: string, busybox: string, path: string): string {
  const names = fs.readdirSync(folder, { recursive: true }).join('\n');
  const bytes = execFileSync(busybox, ['cpio', '-o', '-H', 'newc'], {
    ...{ cwd: folder, input: `${names}\n`, maxBuffer: 2 ** 30 },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  fs.writeFileSync(path, gzipSync(bytes, { level: 1 }));
  return path;
}
