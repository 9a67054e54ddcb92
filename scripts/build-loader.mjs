// Makes the boot loader that lib/image/forge puts in front of kernels: dist/loader/{boot.img,core.img,loader.json}.
// Runs GRUB's own tool once, when the package is built; whoever installs the package needs no GRUB.
// Usage: node scripts/build-loader.mjs [FOLDER]

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Must agree with lib/image/forge/layout.ts; a test compares them.
export const LAYOUT = { version: 1, configSector: 1024, configSectors: 32 };

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const DEFAULT_FOLDER = join(ROOT, 'dist', 'loader');
const GRUB_FOLDERS = ['/usr/lib/grub/i386-pc', '/usr/share/grub/i386-pc', '/usr/local/lib/grub/i386-pc'];
const MODULES = ['biosdisk', 'multiboot', 'multiboot2', 'configfile', 'serial', 'terminal', 'echo', 'halt'];

// Nothing is printed and nothing waited for on the way to the kernel. When the kernel does not start, the reason goes
// to the serial port, where every cloud's console shows it, by trying once more with the port as terminal.
const CONFIG = `source ${LAYOUT.configSector}+${LAYOUT.configSectors}
serial --unit=0 --speed=115200
terminal_output serial
echo "kiln: the boot loader cannot start the kernel of this disk:"
source ${LAYOUT.configSector}+${LAYOUT.configSectors}
halt
`;

/** Builds the loader into `folder`, unless one of the same making is there. Returns its manifest. */
export function buildLoader(folder = DEFAULT_FOLDER) {
  const grubFolder = GRUB_FOLDERS.find((candidate) => existsSync(join(candidate, 'boot.img')));
  if (!grubFolder)
    throw new Error(
      `GRUB for BIOS is not installed (looked in ${GRUB_FOLDERS.join(', ')}); apt-get install grub-pc-bin grub-common`,
    );
  const grub = execFileSync('grub-mkimage', ['--version'], { encoding: 'utf8' }).trim();
  const work = mkdtempSync(join(tmpdir(), 'kiln-loader-'));
  try {
    const config = join(work, 'embedded.cfg');
    const core = join(work, 'core.img');
    writeFileSync(config, CONFIG);
    execFileSync('grub-mkimage', [
      '-d',
      grubFolder,
      '-O',
      'i386-pc',
      '-p',
      '/',
      '-c',
      config,
      '-o',
      core,
      ...MODULES,
    ]);
    return install(folder, grub, readFileSync(join(grubFolder, 'boot.img')), readFileSync(core));
  } finally {
    rmSync(work, { recursive: true });
  }
}

/** The loader as one text: what esbuild defines as `globalThis.KILN_EMBEDDED_LOADER` for a bundle of one file. */
export function embeddedLoader(folder = DEFAULT_FOLDER) {
  const read = (name) => readFileSync(join(folder, name));
  const parts = {
    manifest: JSON.parse(read('loader.json').toString('utf8')),
    boot: read('boot.img').toString('base64'),
    core: read('core.img').toString('base64'),
  };
  return Buffer.from(JSON.stringify(parts)).toString('base64');
}

function install(folder, grub, boot, core) {
  const digest = `sha256:${createHash('sha256').update(boot).update(core).digest('hex')}`;
  const manifest = { digest, grub, layoutVersion: LAYOUT.version, modules: MODULES };
  mkdirSync(folder, { recursive: true });
  put(join(folder, 'boot.img'), boot);
  put(join(folder, 'core.img'), core);
  put(join(folder, 'loader.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

// Tests of the same checkout may be reading.
function put(file, bytes) {
  if (existsSync(file) && readFileSync(file).equals(Buffer.from(bytes))) return;
  writeFileSync(`${file}.${process.pid}`, bytes);
  renameSync(`${file}.${process.pid}`, file);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { digest, grub } = buildLoader(process.argv[2]);
  console.log(`${digest} (${grub})`);
}
