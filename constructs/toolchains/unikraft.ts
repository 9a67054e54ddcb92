import { makeCommand } from './make';
import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

/** Where Unikraft runs: as a multiboot kernel, in Firecracker, or as a Xen PV guest. */
export type UnikraftPlatform = 'qemu' | 'fc' | 'xen';

export interface UnikraftOptions extends ToolchainOptions {
  /** Name of the unikernel, as its Kraftfile or configuration has it. @default - any: there is one for the platform */
  readonly name?: string;
  /** @default 'qemu' */
  readonly platform?: UnikraftPlatform;
  /** @default 'x86_64' */
  readonly architecture?: 'x86_64' | 'arm64';
}

export interface KraftOptions extends UnikraftOptions {
  /** Further arguments of `kraft build`, such as `--no-cache`. @default - none */
  readonly args?: readonly string[];
}

export interface UnikraftMakeOptions extends UnikraftOptions {
  /** Set on the command line of `make`, such as `UK_ROOT`. @default - none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** `kraft build` (unikraft.org/docs/cli/reference/kraft/build): `.unikraft/build/NAME_PLATFORM-ARCHITECTURE`. */
export function kraft(options: KraftOptions): ToolchainSpec {
  const { platform = 'qemu', architecture = 'x86_64', args = [] } = options;
  return toolchainSpec(
    {
      id: 'kraft',
      steps: [
        [
          'kraft',
          '--no-prompt',
          '--log-type',
          'basic',
          'build',
          '--plat',
          platform,
          '--arch',
          architecture,
          ...args,
        ],
      ],
      artifact: `.unikraft/build/${kernelName(options)}`,
      ignore: ['/.config*'],
      tools: ['gcc'],
      version: ['kraft', 'version'],
      install: { kraft: 'Install KraftKit: unikraft.org/docs/cli/install.' },
      expects: promised(options),
    },
    options,
  );
}

/** `make` with Unikraft's own build system, configured by `.config`: `build/NAME_PLATFORM-ARCHITECTURE`. */
export function unikraft(options: UnikraftMakeOptions): ToolchainSpec {
  return toolchainSpec(
    {
      id: 'unikraft',
      steps: [makeCommand([], options.variables)],
      artifact: `build/${kernelName(options)}`,
      ignore: ['/.config.old'],
      tools: ['gcc'],
      install: {
        make: "Install what Unikraft builds with: apt install build-essential bison flex, or your system's equivalent.",
      },
      expects: promised(options),
    },
    options,
  );
}

/** unikraft/kraftkit:unikraft/target/target.go, KernelName */
function kernelName({ name = '*', platform = 'qemu', architecture = 'x86_64' }: UnikraftOptions): string {
  checkName('name', name);
  return `${name}_${platform}-${architecture}`;
}

function promised({ platform = 'qemu', architecture = 'x86_64' }: UnikraftOptions) {
  const machine = architecture === 'arm64' ? 'arm64' : 'x86-64';
  // Variants are told apart by formats that only x86 has.
  return machine === 'arm64'
    ? { systems: ['unikraft'], machine }
    : { systems: ['unikraft'], variant: platform, machine };
}
