// Makes the boot loaders that lib/image/forge puts in front of kernels: dist/loader/{boot.img,core.img} for a BIOS,
// {grubx64.efi,grubaa64.efi} for UEFI, and loader.json. Runs GRUB's own tool once, when the package is built; whoever
// installs the package needs no GRUB.
// Usage: node scripts/build-loader.mjs [FOLDER]

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

// Must agree with lib/image/forge/layout.ts; a test compares them.
export const LAYOUT = { version: 1, configSector: 1024, configSectors: 32, uefiConfig: '/kiln/boot.cfg' };

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const DEFAULT_FOLDER = join(ROOT, 'dist', 'loader');
const GRUB_FOLDERS = ['/usr/lib/grub', '/usr/share/grub', '/usr/local/lib/grub', join(ROOT, '.kiln', 'grub')];

// Nothing is printed and nothing waited for on the way to the kernel. When the kernel does not start, the reason goes
// to the serial port, where every cloud's console shows it, by trying once more with the port as terminal.
const BIOS_CONFIG = `source ${LAYOUT.configSector}+${LAYOUT.configSectors}
serial --unit=0 --speed=115200
terminal_output serial
echo "kiln: the boot loader cannot start the kernel of this disk:"
source ${LAYOUT.configSector}+${LAYOUT.configSectors}
halt
`;

// The firmware's own console is the serial port too, so GRUB has said the reason when it comes to the second line.
const UEFI_CONFIG = `source ${LAYOUT.uefiConfig}
echo "kiln: the boot loader cannot start the kernel of this disk"
halt
`;

const COMMON = ['configfile', 'linux', 'echo', 'halt'];
const MULTIBOOT = ['multiboot', 'multiboot2'];
const FILES = ['part_gpt', 'fat'];

const TARGETS = [
  {
    format: 'i386-pc',
    package: 'grub-pc-bin',
    part: 'core.img',
    config: BIOS_CONFIG,
    modules: ['biosdisk', 'loopback', 'newc', ...MULTIBOOT, 'serial', 'terminal', ...COMMON],
  },
  {
    format: 'x86_64-efi',
    package: 'grub-efi-amd64-bin',
    part: 'grubx64.efi',
    config: UEFI_CONFIG,
    modules: [...FILES, ...MULTIBOOT, ...COMMON],
  },
  {
    format: 'arm64-efi',
    package: 'grub-efi-arm64-bin',
    part: 'grubaa64.efi',
    // Few machines have another architecture's packages; what is released is built with all of them.
    optional: !process.env.CI,
    config: UEFI_CONFIG,
    modules: [...FILES, ...COMMON],
  },
];

const PARTS = { bios: ['boot.img', 'core.img'], uefi: ['grubx64.efi', 'grubaa64.efi'] };

/** Builds the loaders into `folder`; a part that cannot be made here is empty. Returns their manifest. */
export function buildLoader(folder = DEFAULT_FOLDER) {
  const parts = { 'boot.img': readFileSync(join(grubFolder(TARGETS[0]), 'boot.img')) };
  const work = mkdtempSync(join(tmpdir(), 'kiln-loader-'));
  try {
    for (const target of TARGETS) parts[target.part] = makeImage(target, work) ?? Buffer.alloc(0);
  } finally {
    rmSync(work, { recursive: true });
  }
  return install(folder, parts);
}

/**
 * The loaders as one text: what esbuild defines as `globalThis.KILN_EMBEDDED_LOADER` for a bundle of one file. Each part
 * is packed for itself, so that a program unpacks only what it needs, when it needs it.
 */
export function embeddedLoader(folder = DEFAULT_FOLDER) {
  const manifest = JSON.parse(readFileSync(join(folder, 'loader.json'), 'utf8'));
  const packed = Object.values(PARTS)
    .flat()
    .map((part) => [part, pack(readFileSync(join(folder, part)))]);
  return JSON.stringify({ manifest, parts: Object.fromEntries(packed) });
}

function makeImage({ config, modules, format, ...target }, work) {
  const configFile = join(work, `${format}.cfg`);
  const image = join(work, `${format}.img`);
  writeFileSync(configFile, config);
  const folder = grubFolder({ format, ...target });
  if (folder === undefined) return undefined;
  const options = ['-d', folder, '-O', format, '-p', '/', '-c', configFile, '-o', image];
  execFileSync('grub-mkimage', [...options, ...modules]);
  return readFileSync(image);
}

function grubFolder({ format, package: name, optional }) {
  const folder = GRUB_FOLDERS.map((place) => join(place, format)).find((one) =>
    existsSync(join(one, 'kernel.img')),
  );
  if (folder || optional) return folder;
  throw new Error(
    `GRUB for ${format} is not installed (looked in ${GRUB_FOLDERS.join(', ')}); apt-get install ${name} grub-common`,
  );
}

function pack(bytes) {
  const params = {
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  };
  return brotliCompressSync(bytes, { params }).toString('base64');
}

function install(folder, parts) {
  const grub = execFileSync('grub-mkimage', ['--version'], { encoding: 'utf8' }).trim();
  const digests = Object.fromEntries(
    Object.entries(PARTS).map(([layout, names]) => [layout, digestOf(names.map((name) => parts[name]))]),
  );
  const modules = Object.fromEntries(TARGETS.map((target) => [target.part, target.modules]));
  const manifest = { digests, grub, layoutVersion: LAYOUT.version, modules };
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(parts)) put(join(folder, name), bytes);
  put(join(folder, 'loader.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function digestOf(buffers) {
  const hash = createHash('sha256');
  for (const bytes of buffers) hash.update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

// Tests of the same checkout may be reading.
function put(file, bytes) {
  if (existsSync(file) && readFileSync(file).equals(Buffer.from(bytes))) return;
  writeFileSync(`${file}.${process.pid}`, bytes);
  renameSync(`${file}.${process.pid}`, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { digests, grub } = buildLoader(process.argv[2]);
  console.log(`bios ${digests.bios}, uefi ${digests.uefi} (${grub})`);
}
