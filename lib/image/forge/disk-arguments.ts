import { KilnError } from '../../errors';
import type { ImageInspection } from '../inspect';
import { OSV_COMMAND_LINE_OFFSET, osvCommandLine } from './osv-command-line';

/** Bytes of a disk that are written over. */
export interface DiskPatch {
  /** Offset in the disk, in bytes. */
  readonly offset: number;
  readonly bytes: Buffer;
}

type Compose = (bootArgs: readonly string[]) => DiskPatch;

/** The place for arguments in a disk, by system: for those whose `argumentStyle` is `disk-field`. */
const FIELDS: Readonly<Record<string, Compose>> = {
  osv: (bootArgs) => ({ offset: OSV_COMMAND_LINE_OFFSET, bytes: osvCommandLine(bootArgs) }),
};

/**
 * What to write into a disk that is ready so that it boots with these arguments; nothing for none, which leaves those that
 * are in it.
 * @throws KilnError `image.boot-args` for a disk that has no place for arguments, saying where they come from instead
 */
export function diskArguments(disk: ImageInspection, bootArgs: readonly string[]): DiskPatch | undefined {
  if (bootArgs.length === 0) return undefined;
  const { system } = disk;
  const compose = system?.argumentStyle === 'disk-field' ? FIELDS[system.id] : undefined;
  if (compose) return compose(bootArgs);
  throw new KilnError(`the disk '${disk.name}' has no place for boot arguments: ${reason(disk)}`, {
    code: 'image.boot-args',
    remedy: remedy(disk),
  });
}

function reason({ system }: ImageInspection): string {
  const title = system && system.id !== 'generic' ? system.title : undefined;
  switch (system?.argumentStyle) {
    case 'fixed':
      return `${title ?? 'it'} holds those that it was built with`;
    case 'xenstore':
      return `${title ?? 'it'} reads them from Xenstore, which the toolstack fills`;
    case 'disk-field':
      return `where ${title ?? 'its system'} keeps them is not known`;
    default:
      return 'its own boot loader passes them, from its own configuration';
  }
}

function remedy({ system }: ImageInspection): string {
  if (system?.id === 'nanos')
    return "Leave them out, and build the disk again with them: 'Args' in ops' config.json.";
  return 'Leave them out and build the disk again with them, or give the kernel that is in it.';
}
