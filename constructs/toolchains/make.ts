import { type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface MakeOptions extends ToolchainOptions {
  /** Path of the kernel or disk that `make` leaves, relative to the folder; `*` is any part of a name. */
  readonly artifact: string;
  /** Options of `make`, such as `-s` and `-j4`. @default - none */
  readonly args?: readonly string[];
  /** @default - the Makefile's first */
  readonly targets?: readonly string[];
  /** Set on the command line, `NAME=value`. @default - none */
  readonly variables?: Readonly<Record<string, string>>;
  /** Path of a second file that it leaves, loaded beside the kernel. @default - none */
  readonly initrd?: string;
  /** What the artifact is. @default 'kernel' */
  readonly kind?: 'kernel' | 'disk';
}

export interface CommandOptions extends ToolchainOptions {
  /** Path of the kernel or disk that the command leaves, relative to the folder; `*` is any part of a name. */
  readonly artifact: string;
  /** Path of a second file that it leaves, loaded beside the kernel. @default - none */
  readonly initrd?: string;
  /** What the artifact is. @default 'kernel' */
  readonly kind?: 'kernel' | 'disk';
  /** A command that prints the toolchain's version in little time. @default - the program's file says enough */
  readonly version?: readonly string[];
}

/** GNU make and the C compiler that it calls by default; objects are its own. */
export function make(options: MakeOptions): ToolchainSpec {
  return toolchainSpec(
    {
      id: 'make',
      steps: [makeCommand([...(options.args ?? []), ...(options.targets ?? [])], options.variables)],
      artifact: options.artifact,
      ...(options.initrd === undefined ? {} : { initrd: options.initrd }),
      role: options.kind ?? 'kernel',
      ignore: ['*.o'],
      tools: ['cc'],
      install: { make: INSTALL_MAKE },
      expects: {},
    },
    options,
  );
}

export const INSTALL_MAKE =
  "Install make and a C compiler: apt install build-essential, or your system's equivalent.";

/** `make WORD... NAME=value...` */
export function makeCommand(
  words: readonly string[] = [],
  variables: Readonly<Record<string, string>> = {},
): string[] {
  return ['make', ...words, ...Object.entries(variables).map(([name, value]) => `${name}=${value}`)];
}

/** Any program. */
export function command(argv: readonly string[], options: CommandOptions): ToolchainSpec {
  return toolchainSpec(
    {
      id: 'command',
      steps: [argv],
      artifact: options.artifact,
      ...(options.initrd === undefined ? {} : { initrd: options.initrd }),
      ...(options.version === undefined ? {} : { version: options.version }),
      role: options.kind ?? 'kernel',
      install: {},
      expects: {},
    },
    options,
  );
}
