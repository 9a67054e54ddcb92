import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface HermitOptions extends ToolchainOptions {
  /** Name of the program, as `Cargo.toml` has it. */
  readonly name: string;
  /** Path of `hermit-loader-x86_64`, relative to the folder: it is the kernel, and loads the program (hermit-os/loader). */
  readonly loader: string;
  /** @default 'release' */
  readonly profile?: 'release' | 'debug';
  /** Further arguments of `cargo build`, such as `-Zbuild-std=std,panic_abort`. @default - none */
  readonly args?: readonly string[];
}

/** `cargo build --target x86_64-unknown-hermit` (hermit-os/hermit-rs-template:README.md). */
export function hermit(options: HermitOptions): ToolchainSpec {
  const { name, loader, profile = 'release', args = [] } = options;
  checkName('name', name);
  const release = profile === 'release' ? ['--release'] : [];
  return toolchainSpec(
    {
      id: 'hermit',
      steps: [['cargo', 'build', '--target', 'x86_64-unknown-hermit', ...release, ...args]],
      artifact: `target/x86_64-unknown-hermit/${profile}/${name}`,
      role: 'initrd',
      loader,
      version: ['cargo', '--version'],
      install: {
        cargo:
          'Install Rust (rustup.rs), and rust-std-hermit for the channel that rust-toolchain.toml names.',
      },
      expects: { formats: ['elf64'], systems: ['hermit'], variant: 'app' },
    },
    options,
  );
}
