import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as v from 'valibot';
import { KilnError } from '../../errors';
import { CONFIG_SECTOR, CORE_SECTOR, LAYOUT_VERSION, SECTOR } from './layout';

/** The boot loader that goes in front of a kernel: made once, when the package is built. */
export interface Loader {
  /** GRUB's boot sector, 512 bytes. */
  readonly boot: Buffer;
  /** GRUB's core with its modules and the embedded configuration. */
  readonly core: Buffer;
  /** `sha256:` and the hash of both; part of the digest of every forged image. */
  readonly digest: string;
}

/** What `scripts/build-loader.mjs` writes beside the two images. */
const Manifest = v.object({
  digest: v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/)),
  grub: v.string(),
  layoutVersion: v.number(),
});

const Embedded = v.object({ manifest: Manifest, boot: v.string(), core: v.string() });

const MANIFEST = 'loader.json';
const loaders = new Map<string, Loader>();

/**
 * The loader: from `folder`, or the one bundled into this program, or the one of this package or checkout.
 * @param folder holds `boot.img`, `core.img` and `loader.json`
 * @throws KilnError `image.loader-missing`, `image.loader-damaged`
 */
export function loadLoader(folder?: string): Loader {
  const key = folder ?? '';
  const known = loaders.get(key);
  if (known) return known;
  const embedded = folder === undefined ? embeddedLoader() : undefined;
  const loader = embedded ?? readLoader(folder ?? findLoaderFolder());
  loaders.set(key, loader);
  return loader;
}

/** A loader of the given bytes, with its digest. */
export function loaderOf(boot: Buffer, core: Buffer): Loader {
  const hash = createHash('sha256').update(boot).update(core).digest('hex');
  return { boot, core, digest: `sha256:${hash}` };
}

/**
 * A bundle that must be one file carries the loader itself: the bundler defines `globalThis.KILN_EMBEDDED_LOADER` as
 * the text that `scripts/build-loader.mjs` exports as `embeddedLoader()`.
 */
function embeddedLoader(): Loader | undefined {
  const text = (globalThis as { KILN_EMBEDDED_LOADER?: string }).KILN_EMBEDDED_LOADER;
  if (text === undefined) return undefined;
  const parsed = v.safeParse(Embedded, json(Buffer.from(text, 'base64').toString('utf8')));
  if (!parsed.success) throw damaged('inside this program', 'it is not readable');
  const { manifest, boot, core } = parsed.output;
  return checked(manifest, Buffer.from(boot, 'base64'), Buffer.from(core, 'base64'), 'inside this program');
}

/** Beside the running file or in `dist` of a folder above it: right for a checkout, a package and a bundle. */
function findLoaderFolder(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    for (const candidate of [path.join(folder, 'loader'), path.join(folder, 'dist', 'loader')]) {
      if (fs.existsSync(path.join(candidate, MANIFEST))) return candidate;
    }
    if (path.dirname(folder) === folder) break;
  }
  throw missing(`none was found beside '${__dirname}' or in 'dist/loader' above it`);
}

function readLoader(folder: string): Loader {
  const read = (name: string) => {
    try {
      return fs.readFileSync(path.join(folder, name));
    } catch (error) {
      throw missing(`'${path.join(folder, name)}' cannot be read`, error);
    }
  };
  const manifest = v.safeParse(Manifest, json(read(MANIFEST).toString('utf8')));
  if (!manifest.success) throw damaged(`in '${folder}'`, `${MANIFEST} is not readable`);
  return checked(manifest.output, read('boot.img'), read('core.img'), `in '${folder}'`);
}

function checked(
  manifest: v.InferOutput<typeof Manifest>,
  boot: Buffer,
  core: Buffer,
  where: string,
): Loader {
  const loader = loaderOf(boot, core);
  if (loader.digest !== manifest.digest) {
    throw damaged(where, `its bytes have ${loader.digest}, and ${manifest.digest} is expected`);
  }
  if (manifest.layoutVersion !== LAYOUT_VERSION) {
    throw damaged(where, `it is for layout ${manifest.layoutVersion}, and this is layout ${LAYOUT_VERSION}`);
  }
  if (boot.length !== SECTOR || core.length > (CONFIG_SECTOR - CORE_SECTOR) * SECTOR) {
    throw damaged(where, `its boot sector has ${boot.length} bytes and its core ${core.length}`);
  }
  return loader;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function missing(what: string, cause?: unknown): KilnError {
  return new KilnError(`the boot loader for disks is missing: ${what}`, {
    code: 'image.loader-missing',
    source: 'tool',
    remedy: "In a checkout run 'node scripts/build-loader.mjs'; otherwise install kiln-cdk again.",
    cause,
  });
}

function damaged(where: string, what: string): KilnError {
  return new KilnError(`the boot loader ${where} is damaged: ${what}`, {
    code: 'image.loader-damaged',
    source: 'tool',
    remedy: "In a checkout run 'node scripts/build-loader.mjs'; otherwise install kiln-cdk again.",
  });
}
