import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { Toolchain, type ToolchainSpec } from '../../constructs';
import { buildImage } from '../../lib/image/building';
import { buildElf, PT_LOAD, SHT_PROGBITS } from '../fixtures/elf-builder';
import * as images from '../fixtures/images';
import { temporaryFolder } from './fixtures';

const SAVED = { ...process.env };

afterEach(() => {
  process.env = { ...SAVED };
});

/** A Xen PV guest as its toolchain's linker would leave it: the text that names the system, in its own section. */
function xenGuest(name: string, ...texts: string[]): Buffer {
  return buildElf({
    segments: [{ type: PT_LOAD, bytes: Buffer.from(texts.join('\0') || 'text') }],
    sections: [
      {
        name: '__xen_guest',
        type: SHT_PROGBITS,
        bytes: Buffer.from(`GUEST_OS=${name},XEN_VER=xen-3.0,LOADER=generic\0`),
      },
    ],
  });
}

/**
 * A folder of sources and a `PATH` of programs that stand in for the real ones: each notes its words, and the last of the
 * toolchain leaves `image` where the toolchain would.
 */
class Workshop {
  readonly home = realpathSync(temporaryFolder());
  readonly folder = join(this.home, 'unikernel');

  constructor(
    private readonly spec: ToolchainSpec,
    image: Buffer,
  ) {
    mkdirSync(this.folder);
    writeFileSync(join(this.home, 'image'), image);
    mkdirSync(join(this.home, 'bin'));
    process.env.HOME = this.home;
    process.env.PATH = `${join(this.home, 'bin')}${delimiter}${process.env.PATH}`;
    for (const [index, [program]] of spec.recipe.steps.entries()) {
      const last = index === spec.recipe.steps.length - 1;
      this.program(program as string, last ? this.artifact : undefined);
    }
  }

  /** With the star of a pattern filled in. */
  get artifact(): string {
    const path = this.spec.recipe.artifact.replace('~', this.home).replace('*', 'web');
    return path.startsWith('/') ? path : join(this.folder, path);
  }

  private program(name: string, makes: string | undefined): void {
    const path = name.includes('/') ? join(this.folder, name) : join(this.home, 'bin', name);
    mkdirSync(join(path, '..'), { recursive: true });
    const make =
      makes === undefined ? '' : `mkdir -p '${join(makes, '..')}'; cp '${this.home}/image' '${makes}'`;
    // Asked for its version, it only says one.
    writeFileSync(
      path,
      `#!/bin/sh
case "$*" in *version) echo 'version 1.2.3'; exit ;; esac
{ printf '%s' "${name}"; for word; do printf '|%s' "$word"; done; echo; } >> '${this.home}/calls'
env > '${this.home}/environment'
${make}
`,
    );
    chmodSync(path, 0o755);
  }

  build() {
    const output = openSync(join(this.home, 'output'), 'a');
    try {
      return buildImage(this.spec.recipe, {
        folder: this.folder,
        name: 'unikernel',
        cache: join(this.home, 'cache'),
        exclude: [],
        output,
        notify: () => undefined,
      });
    } finally {
      closeSync(output);
    }
  }

  /** What the last program had. */
  get environment(): Record<string, string> {
    const lines = readFileSync(join(this.home, 'environment'), 'utf8').trimEnd().split('\n');
    return Object.fromEntries(
      lines.map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
    );
  }

  get calls(): string[][] {
    const text = readFileSync(join(this.home, 'calls'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => line.split('|'));
  }
}

const tamagoElf = () =>
  buildElf({
    segments: [{ type: PT_LOAD, bytes: Buffer.from('\tbuild\tGOOS=tamago\n board/qemu/microvm') }],
  });

const TOOLCHAINS: readonly (readonly [string, () => Toolchain, () => Buffer])[] = [
  ['make', () => Toolchain.make({ artifact: 'build/web.elf' }), images.multibootKernel],
  [
    'command',
    () => Toolchain.command(['my-builder', 'a b'], { artifact: 'web.elf' }),
    images.multibootKernel,
  ],
  ['mirage', () => Toolchain.mirage({ name: 'web' }), () => images.solo5(3)],
  ['mirage for Xen', () => Toolchain.mirage({ target: 'xen' }), () => images.solo5(6)],
  ['mirage on Unikraft', () => Toolchain.mirage({ target: 'unikraft-qemu' }), images.unikraft],
  ['solo5', () => Toolchain.solo5({ name: 'web' }), () => images.solo5(3)],
  ['kraft', () => Toolchain.kraft({ name: 'web' }), images.unikraft],
  ['kraft for Xen', () => Toolchain.kraft({ platform: 'xen' }), images.unikraftXen],
  ['unikraft', () => Toolchain.unikraft({ platform: 'fc' }), images.unikraftFc],
  ['ops', () => Toolchain.ops({ program: 'web', name: 'web' }), images.nanosDisk],
  ['osv', () => Toolchain.osv({ image: 'web' }), images.qcow2],
  ['capstan', () => Toolchain.capstan({ name: 'shop/web' }), images.osvDisk],
  ['rumprun', () => Toolchain.rumprun({ program: 'web', name: 'web' }), images.rumprunHw],
  [
    'rumprun for Xen',
    () => Toolchain.rumprun({ program: 'w', name: 'w', platform: 'xen_pv' }),
    images.rumprunXen,
  ],
  ['includeos', () => Toolchain.includeos({ name: 'web' }), images.multibootKernel],
  ['hermit', () => Toolchain.hermit({ name: 'web', loader: 'loader' }), images.hermitApp],
  ['tamago', () => Toolchain.tamago({ name: 'web', go: 'go' }), tamagoElf],
  ['railing', () => Toolchain.railing({ name: 'web' }), () => xenGuest('Ling')],
  ['halvm', () => Toolchain.halvm({ name: 'web' }), () => xenGuest('HaLVM')],
  ['clickos', () => Toolchain.clickos(), () => xenGuest('Mini-OS', 'FromDevice', 'ToDevice')],
];

describe.each(TOOLCHAINS)('%s', (_, toolchain, image) => {
  test('runs its programs with exactly its words and environment, once, and takes what they make', () => {
    const spec = toolchain().toSpec();
    const workshop = new Workshop(spec, image());
    const built = workshop.build();
    expect(workshop.calls).toEqual(spec.recipe.steps);
    expect(readFileSync(built.artifact).equals(image())).toBe(true);
    expect(built.warning).toBeUndefined();
    expect(workshop.build()).toEqual({ ...built, isNew: false });
    expect(workshop.calls).toHaveLength(spec.recipe.steps.length);
    expect(workshop.environment).toMatchObject({ ...spec.recipe.environment, HOME: workshop.home });
  });
});

describe.each(TOOLCHAINS.filter(([name]) => name !== 'make' && name !== 'command'))('%s', (_, toolchain) => {
  test('refuses what it did not promise', () => {
    const workshop = new Workshop(toolchain().toSpec(), images.linuxProgram());
    expect(() => workshop.build()).toThrow(
      /^the \w+ toolchain promised .+, but '.+' is an ordinary Linux program, which needs an operating system under it$/,
    );
  });
});

test('the other target of a toolchain is not what was promised', () => {
  const workshop = new Workshop(Toolchain.mirage({ name: 'web' }).toSpec(), images.solo5(1));
  expect(() => workshop.build()).toThrow('the mirage toolchain promised the virtio variant of solo5, but');
});
