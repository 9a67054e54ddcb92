import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface TamagoOptions extends ToolchainOptions {
  /** Name of the image: `NAME.elf` is made. */
  readonly name: string;
  /** The package that is built. @default '.' */
  readonly package?: string;
  /** The Go of the TamaGo distribution. @default - `$TAMAGO`, or `go` in `PATH` */
  readonly go?: string;
  /** Build tags, such as a board's. @default - none */
  readonly tags?: readonly string[];
  /** Arguments of the linker. @default '-T 0x10010000 -R 0x1000' */
  readonly ldflags?: string;
}

/** `GOOS=tamago GOARCH=amd64 go build -ldflags "-T 0x10010000 -R 0x1000"` (usbarmory/tamago:README.md, board/qemu). */
export function tamago(options: TamagoOptions): ToolchainSpec {
  const { name, tags = [], ldflags = '-T 0x10010000 -R 0x1000' } = options;
  const go = options.go ?? process.env.TAMAGO ?? 'go';
  checkName('name', name);
  const chosen = tags.length === 0 ? [] : ['-tags', tags.join(',')];
  return toolchainSpec(
    {
      id: 'tamago',
      steps: [[go, 'build', ...chosen, '-ldflags', ldflags, '-o', `${name}.elf`, options.package ?? '.']],
      environment: { GOOS: 'tamago', GOOSPKG: 'github.com/usbarmory/tamago', GOARCH: 'amd64' },
      artifact: `${name}.elf`,
      version: [go, 'version'],
      install: {
        [go]: 'Build the TamaGo compiler (github.com/usbarmory/tamago-go) and name its bin/go in TAMAGO.',
      },
      expects: { formats: ['elf64'], systems: ['tamago', 'generic'], machine: 'x86-64' },
    },
    options,
  );
}
