import type { Device } from './device';
import type { BootProtocol, ImageFacts, ImageFormat } from './image-facts';

/** What a system's file says when it knows an image. */
export interface Recognition {
  /** Kind of build where the system has several: `virtio`, `hvt`, `qemu`. Its data is the variant with this id. */
  readonly variant?: string;
  readonly version?: string;
  /** Which bytes showed it, for people. */
  readonly because: string;
  /** Offset of those bytes in the file. */
  readonly offset: number;
  /** How many devices its manifest asks for; it refuses to start with more. @default - it has no manifest */
  readonly asksFor?: { readonly networks: number; readonly disks: number };
}

/**
 * How an image takes its arguments. `command-line`: from its loader; `disk-field`: from a place in its disk that can be
 * set (OSv); `xenstore`: from the toolstack; `fixed`: they were baked when it was built.
 */
export type ArgumentStyle = 'command-line' | 'disk-field' | 'xenstore' | 'fixed';

/** What an image has drivers for. */
export interface Drivers {
  /** In every such image. */
  readonly has: readonly Device[];
  /** In some, by configuration or version, or not established. @default - none */
  readonly maybe?: readonly Device[];
}

/** Drivers of the versions before `below`; the entry without it is for all later ones. */
export interface VersionedDrivers extends Drivers {
  /** `0.17`: the first version that these drivers are not true of. @default - every version */
  readonly below?: string;
}

/** Why a way to boot that the bytes offer does not work. */
export interface Fault {
  readonly verdict: 'no' | 'unknown';
  readonly because: string;
}

/** What was done to show that a row is true. */
export type Proof =
  /** Real images of this kind are booted by the tests. */
  | 'booted'
  /** A real image of this kind was booted with Kiln by hand; the sources say which. */
  | 'tried'
  /** A real file of this kind was recognised by hand; the sources say which. */
  | 'real-file'
  /** The tests recognise a file made from the system's documented layout. */
  | 'documented-layout'
  /** Nothing. */
  | 'none';

/** One kind of image that a system's toolchain makes. */
export interface SystemVariant {
  /** What `recognise` names: `virtio`. */
  readonly id: string;
  /** Row of the compatibility table; variants of one row are files of one build. @default - the title */
  readonly row?: string;
  /** Name for people: `Solo5 virtio`. @default - the system's title and the id */
  readonly title?: string;
  /** `NAME.virtio`. @default - not said */
  readonly files?: string;
  /** @default 'elf64' */
  readonly format?: ImageFormat;
  /** @default ['x86-64'] */
  readonly machines?: readonly string[];
  /** What its bytes offer; a real image's own bytes count for more. @default - none */
  readonly bootProtocols?: readonly BootProtocol[];
  /** Its multiboot header has load addresses of its own. @default false */
  readonly kludge?: boolean;
  /** By version where it matters. Undefined where nothing is known of them, which refuses nothing. @default - undefined */
  readonly drivers?: Drivers | readonly VersionedDrivers[];
  /** Its programs or files lie on its disk, so that it needs a driver for it after the loader is done. @default false */
  readonly needsDisk?: boolean;
  /** @default 'command-line' */
  readonly argumentStyle?: ArgumentStyle;
  /** Exactly what to write. @default - not said */
  readonly arguments?: string;
  /** The kernel skips the first word of its command line, taking it for a file name. @default false */
  readonly dropsFirstWord?: boolean;
  /** It knows no quoting in its command line, and boot loaders put backslashes before quotes. @default false */
  readonly knowsNoQuoting?: boolean;
  /** Why it cannot boot as a machine of its own, where that is so. @default - it can */
  readonly cannotBoot?: string;
  /** Ways to boot that its bytes offer and that do not work, or may not. @default - none */
  readonly faults?: Readonly<Partial<Record<BootProtocol, Fault>>>;
  /** Memory that it boots with, in MiB. @default 64 */
  readonly memoryMib?: number;
  /** @default 'none' */
  readonly proof?: Proof;
}

/** What people want to know of a system. */
export interface SystemAbout {
  readonly language: string;
  readonly licence: string;
  /** Alive or not, and since when. */
  readonly status: string;
  /** How it is known from bytes. */
  readonly recognition: string;
  /** What it reads of a cloud's user data. */
  readonly userData: string;
  /** Whether it, or what is built with it, reads any. @default false */
  readonly readsUserData?: boolean;
  /** What its console shows first. */
  readonly console: string;
  /** The toolchain's own command. */
  readonly build: string;
  /** Each claim with the repository and path, or the address, that says it. */
  readonly sources: readonly (readonly [claim: string, source: string])[];
}

/** One unikernel system: its names, how to know it from bytes, and what it can do. */
export interface System {
  /** Stable identifier: `solo5`. */
  readonly id: string;
  /** Name for people: `Solo5`. */
  readonly title: string;
  /** The first variant is the one that is meant where this names none. */
  recognise(facts: ImageFacts): Recognition | undefined;
  /** @default - one, of which nothing is known */
  readonly variants?: readonly SystemVariant[];
  /** @default - nothing is said */
  readonly about?: SystemAbout;
}

/** One that Kiln brings with it. */
export interface DocumentedSystem extends System {
  readonly variants: readonly SystemVariant[];
  readonly about: SystemAbout;
}

/** A system as found in an image. */
export interface RecognisedSystem extends Recognition {
  readonly id: string;
  readonly title: string;
  readonly dropsFirstWord: boolean;
  /** Why it cannot boot as a machine of its own, where that is so. */
  readonly cannotBoot?: string;
  /** What it has drivers for. Undefined where nothing is known of them, which refuses nothing. */
  readonly drivers: readonly Device[] | undefined;
  /** What it may have drivers for. @default - none */
  readonly maybeDrivers?: readonly Device[];
  /** Its programs or files lie on its disk, so that it needs a driver for it after the loader is done. */
  readonly needsDisk: boolean;
  readonly argumentStyle: ArgumentStyle;
  /** It knows no quoting in its command line, and boot loaders put backslashes before quotes. @default false */
  readonly knowsNoQuoting?: boolean;
  /** @default - none */
  readonly faults?: Readonly<Partial<Record<BootProtocol, Fault>>>;
  /** Memory that it boots with, in MiB. @default 64 */
  readonly memoryMib?: number;
}
