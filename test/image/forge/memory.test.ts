import { execFileSync } from 'node:child_process';
import { existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { commandLineLinux } from '../../fixtures/command-line-linux';
import { temporaryFolder } from '../../helpers/boot-fixture';

const MIB = 1024 * 1024;
const ROOT = join(__dirname, '..', '..', '..');
const folder = temporaryFolder();
/** Only Linux says how much a process has had at most. */
const measures = existsSync('/proc/self/status') ? test : test.skip;

const PROGRAM = `
import { readFileSync } from 'node:fs';
import { forgeDisk } from './lib/image';
import { loaderOf, uefiLoaderOf } from './lib/image/forge/loader';
const [kernel, initrd, layout, out] = process.argv.slice(2);
const loader = layout === 'bios' ? loaderOf(Buffer.alloc(512), Buffer.alloc(1e5)) : uefiLoaderOf(Buffer.alloc(6e5), Buffer.alloc(6e5));
const mib = (field) => Number(new RegExp(field + ':\\\\s+(\\\\d+)').exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;
const before = mib('VmRSS');
forgeDisk(kernel, { bootArgs: ['x'], initrd, layout }, loader, out).then(() => process.stdout.write(String(mib('VmHWM') - before)));
`;

measures.each(['bios', 'uefi'])(
  'an initramfs of 512 MiB goes onto a disk (%s) in less than 64 MiB of memory, and its holes stay holes',
  (layout) => {
    const program = join(folder, 'forge.cjs');
    const stdin = { contents: PROGRAM, resolveDir: ROOT, loader: 'ts' } as const;
    buildSync({ stdin, bundle: true, platform: 'node', outfile: program });
    const [kernel, initrd, out] = ['kernel', 'initrd', `${layout}.raw`].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(kernel, commandLineLinux());
    writeFileSync(initrd, Buffer.alloc(40 * MIB, 0xa5));
    truncateSync(initrd, 512 * MIB);
    const grown = Number(execFileSync(process.execPath, [program, kernel, initrd, layout, out]));
    expect(grown).toBeGreaterThan(0);
    expect(grown).toBeLessThan(64);
    const stat = statSync(out);
    expect(stat.size).toBeGreaterThan(512 * MIB);
    expect(stat.blocks * 512).toBeLessThan(48 * MIB);
  },
);
