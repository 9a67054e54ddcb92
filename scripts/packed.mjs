// A part of a bundle that few runs need, as compressed text: Node parses all of a file that it starts, and AWS' SDK alone
// is larger than the rest of the provider (docs/design/010-amis.md has the figures).
import { relative, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build } from 'esbuild';

/**
 * A plugin of esbuild: whoever imports the module `entry` gets it unpacked at that moment. What it shares with the rest of
 * the bundle is there twice, so nothing may pass between them that is told by its class.
 */
export function packed(entry, options) {
  const file = resolve(entry);
  return {
    name: 'packed',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir, kind }) => {
        const found = resolve(resolveDir, path, 'index.ts');
        if (found !== file || kind !== 'dynamic-import') return undefined;
        return { path: relative('.', file), namespace: 'packed' };
      });
      onLoad({ filter: /.*/, namespace: 'packed' }, async () => ({
        contents: unpacker(await pack(entry, options)),
        resolveDir: resolve('.'),
      }));
    },
  };
}

async function pack(entry, options) {
  const result = await build({
    ...options,
    // The SDK's ES modules: of its other form nothing can be left out.
    mainFields: ['module', 'main'],
    // Code that was compiled from a text imports nothing without an option of which Node warns; all that it imports is Node's own.
    supported: { 'dynamic-import': false },
    entryPoints: [entry],
    write: false,
  });
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  return brotliCompressSync(result.outputFiles[0].contents, { params }).toString('base64');
}

function unpacker(text) {
  return `
    const { brotliDecompressSync } = require('node:zlib');
    const { compileFunction } = require('node:vm');
    const code = brotliDecompressSync(Buffer.from(${JSON.stringify(text)}, 'base64')).toString();
    compileFunction(code, ['exports', 'require', 'module'], { filename: __filename + ' (packed)' })(exports, require, module);
  `;
}
