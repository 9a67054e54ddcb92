import { KilnError } from '../../errors';
import { commandLine } from '../boot-args';
import type { ImageReader } from '../inspect';
import { wordsFor } from './boot-config';
import type { FatContent } from './fat-contents';
import type { ForgeInput } from './forge-options';

/**
 * The folder that Unikraft's EFI stub puts in front of the names that it was built with (unikraft plat/kvm/efi.c), and what
 * its tools call the file with the command line.
 */
const UNIKRAFT_FOLDER = '\\EFI\\BOOT\\';
const UNIKRAFT_NAME = /^[\w.+ -]{1,80}\.cmdl$/;
const WINDOW = 1024 * 1024;
const LONGEST_NAME = 128;

/**
 * The files of a disk whose firmware starts the application itself. The firmware passes no arguments on that way, so
 * only what reads a file of its own gets any.
 * @param app where the firmware looks for it
 * @throws KilnError `image.boot-args`, `image.no-initrd`, `image.wrong-machine`
 */
export function uefiAppFiles({ options, image, kernel, initrd }: ForgeInput, app: string): FatContent[] {
  if (image.machine === 'x86') {
    throw new KilnError(
      `the image '${image.name}' is a UEFI application for 32 bit firmware, and clouds have 64 bit firmware`,
      {
        code: 'image.wrong-machine',
        remedy: 'Build it for x86-64.',
      },
    );
  }
  if (initrd) {
    throw new KilnError(
      `the image '${image.name}' is a UEFI application, which its firmware starts without anything beside it`,
      {
        code: 'image.no-initrd',
        remedy: "Leave 'initrd' out, and build what it holds into the application.",
      },
    );
  }
  const files: FatContent[] = [{ path: app, source: kernel, expected: options.kernelSha256 }];
  const name = image.system?.id === 'unikraft' ? tryFindUnikraftName(kernel.reader) : undefined;
  if (name !== undefined) {
    const words = wordsFor(options.bootArgs, image.system?.dropsFirstWord);
    // Also when it is empty: Unikraft resets the machine when the file that it was built to read is not there.
    return [...files, { path: `/EFI/BOOT/${name}`, bytes: Buffer.from(commandLine(words)) }];
  }
  if (options.bootArgs.length === 0) return files;
  throw new KilnError(
    `the image '${image.name}' is a UEFI application, which its firmware starts without arguments, and ` +
      `${options.bootArgs.length} are given`,
    {
      code: 'image.boot-args',
      remedy:
        image.system?.id === 'unikraft'
          ? "Build it with CONFIG_KVM_BOOT_PROTO_EFI_STUB_CMDLINE_FNAME set to a name that ends in '.cmdl'."
          : "Leave 'bootArgs' out, and build them into the application.",
    },
  );
}

/** The name of the file that a Unikraft application reads its command line from, as it stands in its data. */
function tryFindUnikraftName(reader: ImageReader): string | undefined {
  const overlap = UNIKRAFT_FOLDER.length + LONGEST_NAME;
  for (let at = 0; at < reader.size; at += WINDOW - overlap) {
    const bytes = reader.read(at, WINDOW);
    for (
      let found = bytes.indexOf(UNIKRAFT_FOLDER, 0, 'latin1');
      found >= 0;
      found = bytes.indexOf(UNIKRAFT_FOLDER, found + 1, 'latin1')
    ) {
      const start = found + UNIKRAFT_FOLDER.length;
      const name = bytes.toString('latin1', start, start + LONGEST_NAME).split('\0')[0] ?? '';
      if (UNIKRAFT_NAME.test(name)) return name;
    }
  }
  return undefined;
}
