import { INSTALL_MAKE, makeCommand } from './make';
import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

/** Drivers that are baked in (rumprun:app-tools/rumprun-bake.conf). */
export type RumprunPlatform = 'hw_virtio' | 'hw_virtio_scsi' | 'hw_generic' | 'xen_pv';

export interface RumprunOptions extends ToolchainOptions {
  /** The program that `make` leaves, relative to the folder. */
  readonly program: string;
  /** Name of the image: `NAME.bin` is made. */
  readonly name: string;
  /** @default 'hw_virtio' */
  readonly platform?: RumprunPlatform;
  /** Set on the command line of `make`, such as `CC=x86_64-rumprun-netbsd-gcc`. @default - none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** `make`, then `rumprun-bake PLATFORM NAME.bin PROGRAM` (rumprun:doc/building.md). */
export function rumprun(options: RumprunOptions): ToolchainSpec {
  const { program, name, platform = 'hw_virtio', variables } = options;
  checkName('name', name);
  return toolchainSpec(
    {
      id: 'rumprun',
      steps: [makeCommand([], variables), ['rumprun-bake', platform, `${name}.bin`, program]],
      artifact: `${name}.bin`,
      // From the folder: without a slash, a folder of sources of that name would not count either.
      ignore: ['*.o', `/${program.replace(/^\.\//, '')}`],
      tools: ['x86_64-rumprun-netbsd-gcc'],
      install: {
        make: INSTALL_MAKE,
        'rumprun-bake': 'Build Rumprun (./build-rr.sh hw, or xen) and put its rumprun/bin into PATH.',
      },
      expects: {
        systems: ['rumprun'],
        ...(platform === 'xen_pv' ? { protocol: 'xen-pv' } : { protocol: 'multiboot1' }),
      },
    },
    options,
  );
}
