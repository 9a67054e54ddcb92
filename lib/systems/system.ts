import type { Device } from './device';
import type { ImageFacts } from './image-facts';

/** What a system's file says when it knows an image. */
export interface Recognition {
  /** Kind of build where the system has several: `virtio`, `hvt`, `qemu`. */
  readonly variant?: string;
  readonly version?: string;
  /** Which bytes showed it, for people. */
  readonly because: string;
  /** Offset of those bytes in the file. */
  readonly offset: number;
  /** The kernel skips the first word of its command line, taking it for a file name. @default false */
  readonly dropsFirstWord?: boolean;
  /** Why it cannot boot as a machine of its own, where that is so. @default - it can */
  readonly cannotBoot?: string;
}

/** One unikernel system: its names, and how to know it from bytes. */
export interface System {
  /** Stable identifier: `solo5`. */
  readonly id: string;
  /** Name for people: `Solo5`. */
  readonly title: string;
  recognise(facts: ImageFacts): Recognition | undefined;
}

/**
 * How an image takes its arguments. `command-line`: from its loader; `disk-field`: from a place in its disk that can be
 * set (OSv); `xenstore`: from the toolstack; `fixed`: they were baked when it was built.
 */
export type ArgumentStyle = 'command-line' | 'disk-field' | 'xenstore' | 'fixed';

/** A system as found in an image. */
export interface RecognisedSystem extends Omit<Recognition, 'dropsFirstWord'> {
  readonly id: string;
  readonly title: string;
  readonly dropsFirstWord: boolean;
  /** What it has drivers for. Undefined where nothing is known of them, which refuses nothing. */
  readonly drivers: readonly Device[] | undefined;
  /** Its programs or files lie on its disk, so that it needs a driver for it after the loader is done. */
  readonly needsDisk: boolean;
  readonly argumentStyle: ArgumentStyle;
}
