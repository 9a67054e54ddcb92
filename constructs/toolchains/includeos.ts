import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface IncludeOsOptions extends ToolchainOptions {
  /** Name of the unikernel: `NAME.elf.bin` is made. @default - any: there is one */
  readonly name?: string;
  /** The Nix expression, relative to the folder. @default 'unikernel.nix' */
  readonly expression?: string;
}

/** `nix-build unikernel.nix` (includeos/IncludeOS:README.md): `result/bin/NAME.elf.bin`, behind a link into Nix's store. */
export function includeos(options: IncludeOsOptions): ToolchainSpec {
  const { name = '*', expression = 'unikernel.nix' } = options;
  checkName('name', name);
  return toolchainSpec(
    {
      id: 'includeos',
      steps: [['nix-build', expression]],
      artifact: `result/bin/${name}.elf.bin`,
      version: ['nix-build', '--version'],
      install: {
        'nix-build':
          'Install Nix: nixos.org/download. The first build of IncludeOS takes hours without its binary cache.',
      },
      expects: { formats: ['elf32', 'elf64'], systems: ['includeos', 'generic'], protocol: 'multiboot1' },
    },
    options,
  );
}
