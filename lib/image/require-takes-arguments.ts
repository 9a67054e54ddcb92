import { KilnError } from '../errors';
import { commandLine } from './boot-args';
import type { ImageInspection } from './inspect';

/**
 * Refuses boot arguments that would not reach a kernel as they are given.
 * @throws KilnError `image.boot-args`
 */
export function requireTakesArguments({ name, system }: ImageInspection, bootArgs: readonly string[]): void {
  const line = commandLine(bootArgs);
  if (!system?.knowsNoQuoting || line === bootArgs.join(' ')) return;
  throw new KilnError(
    `the boot arguments of '${name}' become the command line ${line}, and ${system.title} knows no quoting`,
    {
      code: 'image.boot-args',
      remedy: "Write them to a file, and give that as 'initrd', which arrives as it is.",
    },
  );
}
