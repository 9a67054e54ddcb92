import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface RailingOptions extends ToolchainOptions {
  /** Name of the image: `NAME.img` is made. */
  readonly name: string;
  /** The builder. @default 'railing' */
  readonly railing?: string;
  /** Libraries of Erlang/OTP that are needed. @default - none */
  readonly libraries?: readonly string[];
}

/** `railing image` in a compiled Erlang application (cloudozer/ling:railing/railing.erl): `NAME.img` and `domain_config`. */
export function railing(options: RailingOptions): ToolchainSpec {
  const { name, libraries = [], railing: program = 'railing' } = options;
  checkName('name', name);
  return toolchainSpec(
    {
      id: 'railing',
      steps: [[program, 'image', '--name', name, ...libraries.flatMap((library) => ['--lib', library])]],
      artifact: `${name}.img`,
      ignore: ['/.railing', '/domain_config'],
      tools: ['erl', 'ld'],
      install: {
        [program]:
          'Build LING (github.com/cloudozer/ling: make, with OTP 17) and give the path of its railing.',
      },
      expects: { systems: ['ling'], protocol: 'xen-pv' },
    },
    options,
  );
}
