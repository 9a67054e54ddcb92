// Makes dist/: compiled constructs and stacks with their types, the loader, and the two bundled programs.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

function run(program, ...args) {
  execFileSync(program, args, { stdio: 'inherit' });
}

/** Boot loader of the forged disks, as one string for the provider, which is a single file. */
function embeddedLoader() {
  const [boot, core, about] = ['boot.img', 'core.img', 'loader.json'].map((name) =>
    readFileSync(join('dist/loader', name)),
  );
  return JSON.stringify({
    boot: boot.toString('base64'),
    core: core.toString('base64'),
    about: JSON.parse(about.toString('utf8')),
  });
}

async function bundle(entry, outfile, define = {}) {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20.9',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'none',
    logLevel: 'warning',
    // Read instead of package.json, which does not lie beside an installed provider.
    define: { KILN_VERSION: JSON.stringify(version), ...define },
  });
  // A provider talks to no one but Terraform and the runtime's socket; parsing extra certificates costs 47 ms a start.
  const shebang = '#!/usr/bin/env -S -u NODE_EXTRA_CA_CERTS node\n';
  const text = readFileSync(outfile, 'utf8').replace(/^#!.*\n/, '');
  writeFileSync(outfile, shebang + text);
  chmodSync(outfile, 0o755);
}

rmSync('dist/constructs', { recursive: true, force: true });
rmSync('dist/stacks', { recursive: true, force: true });
rmSync('dist/lib', { recursive: true, force: true });
mkdirSync('dist/bin', { recursive: true });
run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
if (!existsSync('dist/loader/loader.json')) run(process.execPath, 'scripts/build-loader.mjs');
await bundle('lib/cli/main.ts', 'dist/bin/kiln.js');
await bundle('lib/provider/main.ts', 'dist/bin/terraform-provider-kiln.js', {
  KILN_EMBEDDED_LOADER: JSON.stringify(embeddedLoader()),
});
