import { INSTALL_MAKE } from './make';
import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

/** Where Solo5 runs; `hvt`, `spt`, `muen` and `genode` need a host of their own, and no platform of Kiln's is one. */
export type Solo5Target = 'virtio' | 'xen' | 'hvt' | 'spt' | 'muen' | 'genode';
/** Where MirageOS runs: on Solo5, or on Unikraft, which runs in QEMU and Firecracker. */
export type MirageTarget = Solo5Target | 'unikraft-qemu' | 'unikraft-firecracker';

export interface MirageOptions extends ToolchainOptions {
  /** Name of the unikernel, as `config.ml` registers it. @default - any: there is one in `dist/` */
  readonly name?: string;
  /** @default 'virtio' */
  readonly target?: MirageTarget;
  /** Further arguments of `mirage configure`, such as `--dhcp=true`. @default - none */
  readonly configure?: readonly string[];
}

export interface Solo5Options extends ToolchainOptions {
  /** Name of the unikernel: `NAME.virtio` is made. */
  readonly name: string;
  /** C files, relative to the folder. @default - `NAME.c` */
  readonly sources?: readonly string[];
  /** The application manifest. @default 'manifest.json' */
  readonly manifest?: string;
  /** @default 'virtio' */
  readonly target?: Solo5Target;
}

/** What `mirage configure` writes (mirage/mirage:lib/functoria/), beside what `make` and dune do. */
const MIRAGE_WRITES = [
  '/Makefile',
  '/dune',
  '/dune-project',
  '/dune-workspace',
  '/dune.build',
  '/dune.config',
  '/dune.dist',
  '/mirage',
  '/mirage.context',
  '/duniverse',
  '/dist',
  '/*.opam',
  '_build',
];

/** `mirage configure -t TARGET`, then `make`: `dist/NAME.TARGET` (mirage.io/docs/hello-world; mirage 4). */
export function mirage(options: MirageOptions): ToolchainSpec {
  const { name = '*', target = 'virtio', configure = [] } = options;
  checkName('name', name);
  const unikraft = UNIKRAFT_TARGETS.get(target);
  const [systems, variant, extension] = unikraft
    ? ([['unikraft'], unikraft, unikraft] as const)
    : ([['solo5'], target, target] as const);
  return toolchainSpec(
    {
      id: 'mirage',
      steps: [['mirage', 'configure', '-t', target, ...configure], ['make']],
      artifact: `dist/${name}.${extension}`,
      ignore: MIRAGE_WRITES,
      tools: ['opam', 'dune', 'ocamlfind'],
      version: ['mirage', '--version'],
      install: {
        mirage: 'Install it with opam: opam install mirage (mirage.io/docs/install).',
        make: INSTALL_MAKE,
      },
      expects: { systems, variant },
    },
    options,
  );
}

/** Extension of the artifact, and variant of the kernel (mirage/mirage:lib/devices/target.ml). */
const UNIKRAFT_TARGETS = new Map<string, string>([
  ['unikraft-qemu', 'qemu'],
  ['unikraft-firecracker', 'fc'],
]);

const ELFTOOL = 'solo5-elftool';
const COMPILER = 'x86_64-solo5-none-static-cc';
const LINKER = 'x86_64-solo5-none-static-ld';
const INSTALL_SOLO5 = 'Install Solo5: opam install solo5, or ./configure.sh && make install in its sources.';

/** Manifest to C, compile, link against the target's bindings (Solo5/solo5:docs/building.md). */
export function solo5(options: Solo5Options): ToolchainSpec {
  const { name, target = 'virtio', manifest = 'manifest.json', sources = [`${name}.c`] } = options;
  checkName('name', name);
  const objects = sources.map((source) => `${source.replace(/^.*\//, '').replace(/\.[^.]+$/, '')}.o`);
  return toolchainSpec(
    {
      id: 'solo5',
      steps: [
        [ELFTOOL, 'gen-manifest', manifest, 'manifest.c'],
        [COMPILER, '-c', ...sources, 'manifest.c'],
        [LINKER, '-z', `solo5-abi=${target}`, '-o', `${name}.${target}`, ...objects, 'manifest.o'],
      ],
      artifact: `${name}.${target}`,
      ignore: ['*.o', '/manifest.c'],
      install: Object.fromEntries([ELFTOOL, COMPILER, LINKER].map((program) => [program, INSTALL_SOLO5])),
      expects: { systems: ['solo5'], variant: target },
    },
    options,
  );
}
