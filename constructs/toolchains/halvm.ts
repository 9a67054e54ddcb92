import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface HalvmOptions extends ToolchainOptions {
  /** Name of the unikernel. */
  readonly name: string;
  /** The module with `main`. @default - `NAME.hs` */
  readonly source?: string;
}

/** `halvm-ghc --make -o NAME NAME.hs` (GaloisInc/HaLVM:examples/). */
export function halvm(options: HalvmOptions): ToolchainSpec {
  const { name, source = `${name}.hs` } = options;
  checkName('name', name);
  return toolchainSpec(
    {
      id: 'halvm',
      steps: [['halvm-ghc', '--make', '-o', name, source]],
      artifact: name,
      ignore: ['*.o', '*.hi'],
      version: ['halvm-ghc', '--numeric-version'],
      install: {
        'halvm-ghc':
          'Build HaLVM (github.com/GaloisInc/HaLVM: autoconf, ./configure, make install) and put it into PATH.',
      },
      expects: { systems: ['halvm'], protocol: 'xen-pv' },
    },
    options,
  );
}
