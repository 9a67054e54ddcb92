import { makeCommand } from './make';
import { type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface ClickOsOptions extends ToolchainOptions {
  /** Set on the command line of `make`. @default - none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** `make minios` in sources that were configured with `--enable-minios` (sysml/clickos): `minios/build/clickos_x86_64`. */
export function clickos(options: ClickOsOptions): ToolchainSpec {
  return toolchainSpec(
    {
      id: 'clickos',
      steps: [makeCommand(['minios'], options.variables)],
      artifact: 'minios/build/clickos_x86_64',
      ignore: ['*.o', '*.d'],
      tools: ['cc', 'g++'],
      install: {
        make: 'Install make and a C++ compiler, and configure ClickOS with the folders of Xen, Mini-OS and its toolchain.',
      },
      expects: { systems: ['clickos', 'generic'], protocol: 'xen-pv' },
    },
    options,
  );
}
