// Makes dist/: compiled constructs and stacks with their types, the loader, and the two bundled programs.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildLoader, embeddedLoader } from './build-loader.mjs';
import { licencesOf } from './licences.mjs';
import { packed } from './packed.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const BUILD_PLACE = '@kiln-build@';

function run(program, ...args) {
  execFileSync(program, args, { stdio: 'inherit' });
}

const OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node20.12',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
};

/** The paths of all files that are in the two programs. */
const bundled = new Set();

const noteInputs = {
  name: 'note-inputs',
  setup({ onEnd }) {
    onEnd(({ metafile }) => {
      for (const path of Object.keys(metafile?.inputs ?? {})) bundled.add(path);
    });
  },
};

const awsCode = packed('lib/clouds/aws/index.ts', { ...OPTIONS, plugins: [noteInputs] });

async function bundle(entry, outfile, options = {}) {
  await build({ ...OPTIONS, ...options, plugins: [awsCode, noteInputs], entryPoints: [entry], outfile });
  finish(outfile);
}

/** Puts the build's name where its place was kept, and makes the file a program. */
function finish(outfile) {
  // Parsing extra certificates costs 47 ms a start, and only AWS may need them: AWS_CA_BUNDLE is read when it does.
  const shebang = '#!/usr/bin/env -S -u NODE_EXTRA_CA_CERTS node\n';
  const text = readFileSync(outfile, 'utf8').replace(/^#!.*\n/, '');
  const build = createHash('sha256').update(text).digest('hex').slice(0, 8);
  writeFileSync(outfile, shebang + text.replaceAll(BUILD_PLACE, `${version}+${build}`));
  chmodSync(outfile, 0o755);
}

for (const folder of ['constructs', 'stacks', 'lib'])
  rmSync(join('dist', folder), { recursive: true, force: true });
mkdirSync('dist/bin', { recursive: true });
run(process.execPath, 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json');
// What AWS Lambda runs is read as text when a stack is synthesized.
cpSync('constructs/aws/console-log', 'dist/constructs/aws/console-log', {
  recursive: true,
  filter: (path) => !path.endsWith('.ts'),
});
buildLoader();
await bundle('lib/cli/main.ts', 'dist/bin/kiln.js');
await bundle('lib/provider/main.ts', 'dist/bin/terraform-provider-kiln.js', {
  define: {
    KILN_VERSION: JSON.stringify(BUILD_PLACE),
    'globalThis.KILN_EMBEDDED_LOADER': JSON.stringify(embeddedLoader()),
  },
});
writeFileSync('dist/bin/LICENCES', licencesOf(bundled));
