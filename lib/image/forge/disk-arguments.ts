import { KilnError } from '../../errors';
import { systems } from '../../systems';
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
  if (system?.argumentStyle === 'disk-field') return `where ${title ?? 'its system'} keeps them is not known`;
  return `${title ?? 'it'} holds those that it was built with`;
}

function remedy({ system }: ImageInspection): string {
  const { variants = [] } = systems.find(({ id }) => id === system?.id) ?? {};
  const how = variants.find(({ id }) => id === system?.variant)?.arguments;
  if (how !== undefined)
    return `Leave them out, and build the disk again with them; ${system?.title} has them ${how}.`;
  return 'Leave them out and build the disk again with them, or give the kernel that is in it.';
}
