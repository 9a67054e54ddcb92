import { access, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { KilnError } from '../errors';
import type { Architecture, Qemu } from './qemu';

/** UEFI firmware for a machine of QEMU: two files for its flash memory. */
export interface Firmware {
  /** The program, which is only read. */
  readonly code: string;
  /** What its variables are at first. */
  readonly variables: string;
}

/** What distributions say of a firmware, in QEMU's own format (docs/interop/firmware.json). */
const Descriptor = v.object({
  'interface-types': v.array(v.string()),
  mapping: v.object({
    device: v.literal('flash'),
    mode: v.optional(v.string()),
    executable: v.object({ filename: v.string(), format: v.literal('raw') }),
    'nvram-template': v.object({ filename: v.string(), format: v.literal('raw') }),
  }),
  targets: v.array(v.object({ architecture: v.string(), machines: v.array(v.string()) })),
  features: v.array(v.string()),
});
type Descriptor = v.InferOutput<typeof Descriptor>;

/** Kiln signs nothing, and its machines have no system management mode. */
const UNSUITABLE = ['secure-boot', 'enrolled-keys', 'requires-smm', 'amd-sev-es', 'amd-sev-snp', 'intel-tdx'];
const ARCHITECTURES = { 'x86-64': 'x86_64', arm64: 'aarch64' } as const;
const REMEDIES = {
  'x86-64': 'Install it: apt-get install ovmf (Debian, Ubuntu), dnf install edk2-ovmf (Fedora).',
  arm64: 'Install it: apt-get install qemu-efi-aarch64 (Debian, Ubuntu), dnf install edk2-aarch64 (Fedora).',
} as const;

/**
 * Finds UEFI firmware without Secure Boot by the descriptors that distributions install for QEMU.
 * @param folders of descriptors, the first counts most; a descriptor hides those of its name in later ones
 * @throws KilnError `qemu.no-firmware`, with the package to install
 */
export async function findFirmware(
  qemu: Qemu,
  architecture: Architecture,
  folders: readonly string[] = descriptorFolders(qemu),
): Promise<Firmware> {
  for (const file of await descriptors(folders)) {
    const firmware = suitable(await readDescriptor(file), architecture);
    if (firmware && (await isThere(firmware.code)) && (await isThere(firmware.variables))) return firmware;
  }
  throw new KilnError(
    `there is no UEFI firmware for ${architecture} machines: none is described in ${folders.join(', ')}`,
    { code: 'qemu.no-firmware', remedy: REMEDIES[architecture] },
  );
}

/** Where QEMU's documentation has them, and beside the QEMU that is used, for those who install it elsewhere. */
function descriptorFolders(qemu: Qemu): string[] {
  const beside = join(dirname(dirname(qemu.path)), 'share', 'qemu', 'firmware');
  return [...new Set(['/etc/qemu/firmware', '/usr/share/qemu/firmware', beside])];
}

/** In the order of their names, which is that of their priority. */
async function descriptors(folders: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const name of await readdir(folder).catch(() => [])) {
      if (name.endsWith('.json') && !found.has(name)) found.set(name, join(folder, name));
    }
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
}

/** What is no descriptor of this kind is none that suits. */
async function readDescriptor(file: string): Promise<Descriptor | undefined> {
  try {
    return v.parse(Descriptor, JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

function suitable(descriptor: Descriptor | undefined, architecture: Architecture): Firmware | undefined {
  if (!descriptor?.['interface-types'].includes('uefi')) return undefined;
  if (descriptor.features.some((feature) => UNSUITABLE.includes(feature))) return undefined;
  if (!descriptor.targets.some((target) => target.architecture === ARCHITECTURES[architecture]))
    return undefined;
  const { executable, 'nvram-template': template } = descriptor.mapping;
  return { code: executable.filename, variables: template.filename };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
