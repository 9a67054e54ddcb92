import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import * as v from 'valibot';
import { KilnError } from '../../errors';
import { CONFIG_SECTOR, CORE_SECTOR, type DiskLayout, LAYOUT_VERSION, SECTOR } from './layout';

/** The boot loader of a disk for a BIOS. */
export interface BiosLoader {
  readonly layout: 'bios';
  /** GRUB's boot sector, 512 bytes. */
  readonly boot: Buffer;
  /** GRUB's core with its modules and the embedded configuration. */
  readonly core: Buffer;
  /** `sha256:` and the hash of all parts; part of the digest of every image that is forged with it. */
  readonly digest: string;
}

/** The boot loader of a disk for UEFI: one UEFI application for each machine. */
export interface UefiLoader {
  readonly layout: 'uefi';
  readonly x64: Buffer;
  readonly arm64: Buffer;
  readonly digest: string;
}

/** PV-GRUB comes from the cloud, so nothing of it is on the disk. */
export interface XenPvLoader {
  readonly layout: 'xen-pv';
  /** Empty: there is nothing that could change. */
  readonly digest: '';
}

/** The boot loader that goes in front of a kernel: made once, when the package is built. */
export type Loader = BiosLoader | UefiLoader | XenPvLoader;

const Digest = v.pipe(v.string(), v.regex(/^sha256:[0-9a-f]{64}$/));
/** What `scripts/build-loader.mjs` writes beside the parts. */
const Manifest = v.object({
  digests: v.object({ bios: Digest, uefi: Digest }),
  grub: v.string(),
  layoutVersion: v.number(),
});
type Manifest = v.InferOutput<typeof Manifest>;

const Embedded = v.object({ manifest: Manifest, parts: v.record(v.string(), v.string()) });

const MANIFEST = 'loader.json';
const PARTS = { bios: ['boot.img', 'core.img'], uefi: ['grubx64.efi', 'grubaa64.efi'] } as const;
const XEN_PV: XenPvLoader = { layout: 'xen-pv', digest: '' };
const loaders = new Map<string, Loader>();

/**
 * The loader of a layout: from `folder`, or the one bundled into this program, or the one of this package or checkout.
 * Read once.
 * @param layout @default 'bios'
 * @param folder what `scripts/build-loader.mjs` filled
 * @throws KilnError `image.loader-missing`, `image.loader-damaged`
 */
export function loadLoader(layout?: 'bios', folder?: string): BiosLoader;
export function loadLoader(layout?: DiskLayout, folder?: string): Loader;
export function loadLoader(layout: DiskLayout = 'bios', folder?: string): Loader {
  if (layout === 'xen-pv') return XEN_PV;
  const key = `${layout} ${folder ?? ''}`;
  const known = loaders.get(key);
  if (known) return known;
  const source =
    (folder === undefined ? embeddedLoader() : undefined) ?? loaderFolder(folder ?? findLoaderFolder());
  const loader = checked(layout, source);
  loaders.set(key, loader);
  return loader;
}

/** A loader for a BIOS of the given bytes, with its digest. */
export function loaderOf(boot: Buffer, core: Buffer): BiosLoader {
  return { layout: 'bios', boot, core, digest: digestOf(boot, core) };
}

/** A loader for UEFI of the given bytes, with its digest. */
export function uefiLoaderOf(x64: Buffer, arm64: Buffer): UefiLoader {
  return { layout: 'uefi', x64, arm64, digest: digestOf(x64, arm64) };
}

/** Where the parts come from. */
interface Source {
  readonly manifest: Manifest;
  read(part: string): Buffer;
  /** For messages. */
  readonly where: string;
}

/**
 * A bundle that must be one file carries the loaders itself: the bundler defines `globalThis.KILN_EMBEDDED_LOADER` as
 * the text that `scripts/build-loader.mjs` exports as `embeddedLoader()`. Only what is asked for is unpacked.
 */
function embeddedLoader(): Source | undefined {
  const text = (globalThis as { KILN_EMBEDDED_LOADER?: string }).KILN_EMBEDDED_LOADER;
  if (text === undefined) return undefined;
  const where = 'inside this program';
  const parsed = v.safeParse(Embedded, json(text));
  if (!parsed.success) throw damaged(where, 'it is not readable');
  const { manifest, parts } = parsed.output;
  const read = (part: string) => {
    try {
      return brotliDecompressSync(Buffer.from(parts[part] ?? '', 'base64'));
    } catch {
      throw damaged(where, `its part '${part}' is not readable`);
    }
  };
  return { manifest, read, where };
}

function loaderFolder(folder: string): Source {
  const read = (part: string) => {
    try {
      return fs.readFileSync(path.join(folder, part));
    } catch (error) {
      throw missing(`'${path.join(folder, part)}' cannot be read`, error);
    }
  };
  const where = `in '${folder}'`;
  const manifest = v.safeParse(Manifest, json(read(MANIFEST).toString('utf8')));
  if (!manifest.success) throw damaged(where, `${MANIFEST} is not readable`);
  return { manifest: manifest.output, read, where };
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

function checked(layout: 'bios' | 'uefi', { manifest, read, where }: Source): Loader {
  const [first, second] = PARTS[layout].map(read) as [Buffer, Buffer];
  const loader = layout === 'bios' ? loaderOf(first, second) : uefiLoaderOf(first, second);
  const expected = manifest.digests[layout];
  if (loader.digest !== expected) {
    throw damaged(where, `its bytes have ${loader.digest}, and ${expected} is expected`);
  }
  if (manifest.layoutVersion !== LAYOUT_VERSION) {
    throw damaged(where, `it is for layout ${manifest.layoutVersion}, and this is layout ${LAYOUT_VERSION}`);
  }
  const room = (CONFIG_SECTOR - CORE_SECTOR) * SECTOR;
  if (layout === 'bios' && (first.length !== SECTOR || second.length > room)) {
    throw damaged(where, `its boot sector has ${first.length} bytes and its core ${second.length}`);
  }
  return loader;
}

function digestOf(...parts: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return `sha256:${hash.digest('hex')}`;
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
