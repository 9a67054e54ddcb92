import { type ClickOsOptions, clickos } from './toolchains/clickos';
import { type HalvmOptions, halvm } from './toolchains/halvm';
import { type HermitOptions, hermit } from './toolchains/hermit';
import { type IncludeOsOptions, includeos } from './toolchains/includeos';
import { type RailingOptions, railing } from './toolchains/ling';
import { type CommandOptions, command, type MakeOptions, make } from './toolchains/make';
import { type OpsOptions, ops } from './toolchains/nanos';
import { type CapstanOptions, capstan, type OsvOptions, osv } from './toolchains/osv';
import { type RumprunOptions, rumprun } from './toolchains/rumprun';
import { type MirageOptions, mirage, type Solo5Options, solo5 } from './toolchains/solo5';
import { type TamagoOptions, tamago } from './toolchains/tamago';
import type { ToolchainSpec } from './toolchains/toolchain-spec';
import { type KraftOptions, kraft, type UnikraftMakeOptions, unikraft } from './toolchains/unikraft';

/**
 * What builds a unikernel from sources: a system's own commands, run at synth by `UnikernelImage.fromBuild`.
 *
 * A build that fails, or makes something else than its toolchain promises, is an error. The environment of the build is the
 * one that synth has, with `environment` added; only what is added decides whether to build again.
 *
 * Every factory throws KilnError `constructs.toolchain` for a name, path or command that is impossible, and
 * `constructs.token` for a value that only Terraform knows.
 */
export class Toolchain {
  /** A Makefile of any kind. Objects (`*.o`) are taken for the build's own, and `cc` for its compiler. */
  static make(options: MakeOptions): Toolchain {
    return new Toolchain(make(options));
  }

  /** Any program with its arguments; a relative path of it starts at the folder. No shell runs it. */
  static command(argv: readonly string[], options: CommandOptions): Toolchain {
    return new Toolchain(command(argv, options));
  }

  /** MirageOS 4: `mirage configure -t TARGET`, `make`. */
  static mirage(options: MirageOptions = {}): Toolchain {
    return new Toolchain(mirage(options));
  }

  /** A C program on Solo5, without MirageOS: `solo5-elftool`, Solo5's compiler and linker. */
  static solo5(options: Solo5Options): Toolchain {
    return new Toolchain(solo5(options));
  }

  /** Unikraft by KraftKit: `kraft build`. */
  static kraft(options: KraftOptions = {}): Toolchain {
    return new Toolchain(kraft(options));
  }

  /** Unikraft by its own build system: `make`. */
  static unikraft(options: UnikraftMakeOptions = {}): Toolchain {
    return new Toolchain(unikraft(options));
  }

  /** A Linux program on Nanos: `ops build`. Makes a disk. */
  static ops(options: OpsOptions): Toolchain {
    return new Toolchain(ops(options));
  }

  /** OSv in its own sources: `scripts/build`. Makes a disk. */
  static osv(options: OsvOptions): Toolchain {
    return new Toolchain(osv(options));
  }

  /** A package on OSv: `capstan package compose`. Makes a disk. */
  static capstan(options: CapstanOptions): Toolchain {
    return new Toolchain(capstan(options));
  }

  /** Rumprun: `make`, `rumprun-bake`. */
  static rumprun(options: RumprunOptions): Toolchain {
    return new Toolchain(rumprun(options));
  }

  /** IncludeOS: `nix-build`. */
  static includeos(options: IncludeOsOptions = {}): Toolchain {
    return new Toolchain(includeos(options));
  }

  /** Hermit: `cargo build --target x86_64-unknown-hermit`. The kernel is its loader, the program is loaded beside it. */
  static hermit(options: HermitOptions): Toolchain {
    return new Toolchain(hermit(options));
  }

  /** TamaGo: `GOOS=tamago go build`. */
  static tamago(options: TamagoOptions): Toolchain {
    return new Toolchain(tamago(options));
  }

  /** LING, Erlang on Xen: `railing image`. What compiles the application goes into `before`. */
  static railing(options: RailingOptions): Toolchain {
    return new Toolchain(railing(options));
  }

  /** HaLVM: `halvm-ghc`. */
  static halvm(options: HalvmOptions): Toolchain {
    return new Toolchain(halvm(options));
  }

  /** ClickOS in its own, configured sources: `make minios`. */
  static clickos(options: ClickOsOptions = {}): Toolchain {
    return new Toolchain(clickos(options));
  }

  private constructor(private readonly spec: ToolchainSpec) {}

  /** The toolchain with every default filled in, as the build reads it. */
  toSpec(): ToolchainSpec {
    return this.spec;
  }
}
