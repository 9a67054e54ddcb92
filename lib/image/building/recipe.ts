import type { BootProtocol, ImageFormat } from '../../systems';

/** What a toolchain promises of its artifact. What is left out is not checked. */
export interface Expectation {
  /** A kernel, or a disk of any format. */
  readonly kind?: 'kernel' | 'disk';
  /** The file has one of these forms. */
  readonly formats?: readonly ImageFormat[];
  /** Ids of systems of which it is one: `solo5`. `generic` is one that no rule knows. */
  readonly systems?: readonly string[];
  /** Variant of that system: `virtio`. */
  readonly variant?: string;
  /** A way to start it that it must offer. */
  readonly protocol?: BootProtocol;
  /** `x86-64` (which 32 bit kernels fit) or `arm64`. */
  readonly machine?: string;
}

/** How one kind of unikernel is built, with every default filled in. */
export interface Recipe {
  /** Name of the toolchain, for people and for the key of the cache: `mirage`. */
  readonly id: string;
  /** Programs with their arguments, run one after the other in the folder. Never a shell. */
  readonly steps: readonly (readonly string[])[];
  /** Set in addition to the inherited environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of what the last step leaves, from the folder; `*` stands for any part of a name, `~/` for the home folder. */
  readonly artifact: string;
  /** A second artifact, loaded beside the first. @default - none */
  readonly initrd?: string;
  /** What to leave out of the key: made by the build, not read by it. */
  readonly ignore: readonly string[];
  /** Files and folders outside of the folder that the build reads, from the folder. */
  readonly inputs: readonly string[];
  /** Further programs whose change means a new build: the compiler that `make` calls. */
  readonly tools: readonly string[];
  /** A command that prints the toolchain's version in little time. @default - its file says enough */
  readonly version?: readonly string[];
  /** How to get a program, as a sentence, by its name. */
  readonly install: Readonly<Record<string, string>>;
  readonly expects: Expectation;
}

/** Where a build runs, and where what it made is kept. */
export interface BuildPlace {
  /** Absolute path of the folder that is built. */
  readonly folder: string;
  /** How the folder is called to people: from the project. */
  readonly name: string;
  /** Absolute path of the folder of kept builds, made when needed. */
  readonly cache: string;
  /** Absolute paths that are no sources although they lie in the folder, such as what synth writes. */
  readonly exclude: readonly string[];
  /** File descriptor that the tool's output goes to as it comes. */
  readonly output: number;
  /** Receives what is going on, line by line. */
  notify(line: string): void;
}

/** What a build made, verified and kept. */
export interface BuiltImage {
  /** Absolute path, read-only. */
  readonly artifact: string;
  readonly initrd: string | undefined;
  /** False when it was there from an earlier build. */
  readonly isNew: boolean;
  /** What the user should know about this build, as a sentence. @default - nothing */
  readonly warning?: string;
}
