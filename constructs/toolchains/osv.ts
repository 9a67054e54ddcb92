import { checkName, type ToolchainOptions, type ToolchainSpec, toolchainSpec } from './toolchain-spec';

export interface OsvOptions extends ToolchainOptions {
  /** Modules and applications of the image: `native-example`, `httpserver-api.fg,my-app`. */
  readonly image: string;
  /** @default 'rofs' */
  readonly fs?: 'rofs' | 'zfs' | 'ramfs' | 'virtiofs';
  /** Further settings of the script, such as `conf_debug_memory=0`. @default - none */
  readonly settings?: readonly string[];
}

export interface CapstanOptions extends ToolchainOptions {
  /** Name of the image in Capstan's repository; may have a slash. */
  readonly name: string;
  /** @default 'rofs' */
  readonly fs?: 'rofs' | 'zfs';
}

/** `scripts/build fs=rofs image=APP` in OSv's own sources: `build/release.x64/usr.img`, a qcow2 (osv:scripts/build). */
export function osv(options: OsvOptions): ToolchainSpec {
  const { image, fs = 'rofs', settings = [] } = options;
  return toolchainSpec(
    {
      id: 'osv',
      steps: [['./scripts/build', `fs=${fs}`, `image=${image}`, ...settings]],
      artifact: 'build/release.x64/usr.img',
      role: 'disk',
      ignore: ['*.o', '*.pyc', '__pycache__'],
      tools: ['gcc', 'g++'],
      install: {
        './scripts/build':
          'Give the folder of a clone of cloudius-systems/osv, and run its scripts/setup.py once.',
      },
      expects: { formats: ['qcow2', 'mbr-disk'], systems: ['osv'] },
    },
    options,
  );
}

/** `capstan package compose` (cloudius-systems/capstan): a qcow2 in `$CAPSTAN_ROOT/repository/`, or in `~/.capstan/`. */
export function capstan(options: CapstanOptions): ToolchainSpec {
  const { name, fs = 'rofs' } = options;
  const base = name.slice(name.lastIndexOf('/') + 1);
  checkName('name', name.replaceAll('/', '-'));
  const root = options.environment?.CAPSTAN_ROOT ?? process.env.CAPSTAN_ROOT ?? '~/.capstan';
  return toolchainSpec(
    {
      id: 'capstan',
      steps: [['capstan', 'package', 'compose', '--fs', fs, name]],
      artifact: `${root}/repository/${name}/${base}.qemu`,
      role: 'disk',
      ignore: ['/mpm-pkg'],
      version: ['capstan', '--version'],
      install: { capstan: 'Install Capstan: github.com/cloudius-systems/capstan.' },
      expects: { formats: ['qcow2', 'mbr-disk'], systems: ['osv'] },
    },
    options,
  );
}
