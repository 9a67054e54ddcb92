import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bufferReader, forgeDisk, inspectImage, LAYOUT_VERSION, loadLoader } from '../../../lib/image';
import { CONFIG_SECTOR, CONFIG_SECTORS, UEFI_CONFIG } from '../../../lib/image/forge/layout';
import { commandLineKernel } from '../../fixtures/command-line-kernel';
import { buildRealLoader, temporaryFolder, testWith } from '../../helpers/boot-fixture';

const folder = temporaryFolder();
const builds = testWith('grub-mkimage');
const ROOT = join(__dirname, '..', '..', '..');
const script = join(ROOT, 'scripts', 'build-loader.mjs');
const run = (code: string) =>
  execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });

test('the script that builds the loader knows the layout of the disk', () => {
  const layout = run(
    `import { LAYOUT } from ${JSON.stringify(script)}; process.stdout.write(JSON.stringify(LAYOUT))`,
  );
  expect(JSON.parse(layout)).toEqual({
    version: LAYOUT_VERSION,
    configSector: CONFIG_SECTOR,
    configSectors: CONFIG_SECTORS,
    uefiConfig: UEFI_CONFIG,
  });
});

builds(
  'the loaders for UEFI are built twice with the same bytes, and are applications of their machines',
  () => {
    const [first, second] = ['uefi-1', 'uefi-2'].map((name) => {
      buildRealLoader(join(folder, name));
      return loadLoader('uefi', join(folder, name));
    });
    expect(second?.digest).toBe(first?.digest);
    const machineOf = (app: Buffer) => inspectImage(bufferReader(app)).machine;
    if (first?.layout !== 'uefi') throw new Error('another layout than was asked for');
    expect(machineOf(first.x64)).toBe('x86-64');
    // Where the machine that builds has no GRUB for arm64, its part is empty.
    if (first.arm64.length > 0 || process.env.CI) expect(machineOf(first.arm64)).toBe('arm64');
  },
);

builds('a disk that is forged twice with the real loader has the same bytes', async () => {
  const kernel = join(folder, 'kernel.elf');
  writeFileSync(kernel, commandLineKernel());
  buildRealLoader(join(folder, 'twice'));
  for (const layout of ['bios', 'uefi'] as const) {
    const loader = loadLoader(layout, join(folder, 'twice'));
    const disks: Buffer[] = [];
    for (const name of ['1.raw', '2.raw']) {
      const out = join(folder, name);
      disks.push(readFileSync((await forgeDisk(kernel, { bootArgs: ['x'], layout }, loader, out)).path));
    }
    expect(disks[0]?.equals(disks[1] as Buffer)).toBe(true);
  }
});

test('PV-GRUB comes from the cloud, so nothing of it can change an image', () => {
  expect(loadLoader('xen-pv')).toEqual({ layout: 'xen-pv', digest: '' });
});

builds('the loader is built twice with the same bytes', () => {
  const first = buildRealLoader(join(folder, 'first'));
  const second = buildRealLoader(join(folder, 'second'));
  expect(second.digest).toBe(first.digest);
  expect(first.boot.length).toBe(512);
  expect(first.boot.readUInt16LE(510)).toBe(0xaa55);
  expect(first.core.length).toBeLessThan(1023 * 512);
});

builds('a bundle carries the loaders inside itself', () => {
  const { digest } = buildRealLoader(join(folder, 'embedded'));
  const uefi = loadLoader('uefi', join(folder, 'embedded'));
  const text = run(
    `import { embeddedLoader } from ${JSON.stringify(script)}; process.stdout.write(embeddedLoader(${JSON.stringify(join(folder, 'embedded'))}))`,
  );
  const outfile = join(folder, 'bundle.cjs');
  buildSync({
    stdin: {
      contents:
        "import { loadLoader } from './lib/image'; console.log(loadLoader().digest, loadLoader('uefi').digest);",
      resolveDir: ROOT,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    define: { 'globalThis.KILN_EMBEDDED_LOADER': JSON.stringify(text) },
    outfile,
  });
  expect(execFileSync(process.execPath, [outfile], { encoding: 'utf8', cwd: folder })).toBe(
    `${digest} ${uefi.digest}\n`,
  );
});

builds('refuses a loader whose bytes are not those that were built', () => {
  const place = join(folder, 'changed');
  buildRealLoader(join(folder, 'whole'));
  cpSync(join(folder, 'whole'), place, { recursive: true });
  const core = readFileSync(join(place, 'core.img'));
  core[1000] = (core[1000] ?? 0) ^ 1;
  writeFileSync(join(place, 'core.img'), core);
  expect(() => loadLoader('bios', place)).toThrow(
    expect.objectContaining({
      code: 'image.loader-damaged',
      source: 'tool',
      message: expect.stringMatching(
        /^the boot loader in '.*changed' is damaged: its bytes have sha256:[0-9a-f]{64}, and sha256:/,
      ),
    }),
  );
});

test.each([
  ['that is no JSON', 'x', 'it is not readable'],
  [
    'with a part that is cut off',
    JSON.stringify({
      manifest: {
        digests: { bios: `sha256:${'0'.repeat(64)}`, uefi: `sha256:${'0'.repeat(64)}` },
        grub: '2',
        layoutVersion: LAYOUT_VERSION,
      },
      parts: { 'boot.img': 'AAAA' },
    }),
    "its part 'boot.img' is not readable",
  ],
])('refuses a bundled loader %s', (_, text, what) => {
  const place = globalThis as { KILN_EMBEDDED_LOADER?: string };
  place.KILN_EMBEDDED_LOADER = text;
  try {
    jest.isolateModules(() => {
      const fresh = jest.requireActual<typeof import('../../../lib/image')>('../../../lib/image');
      expect(() => fresh.loadLoader()).toThrow(`the boot loader inside this program is damaged: ${what}`);
    });
  } finally {
    delete place.KILN_EMBEDDED_LOADER;
  }
});

test('refuses a folder without a loader, and says how to build it', () => {
  const error = expect.objectContaining({
    code: 'image.loader-missing',
    remedy: expect.stringContaining('scripts/build-loader.mjs'),
  });
  expect(() => loadLoader('bios', join(folder, 'nothing'))).toThrow(error);
});
