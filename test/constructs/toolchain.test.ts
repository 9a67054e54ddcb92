import { TerraformVariable } from 'cdktf';
import { Toolchain, type ToolchainSpec } from '../../constructs';
import { localStack } from './fixtures';

const SAVED = { ...process.env };

beforeEach(() => {
  for (const name of ['OPS_HOME', 'CAPSTAN_ROOT', 'TAMAGO']) delete process.env[name];
});
afterEach(() => {
  process.env = { ...SAVED };
});

interface Expected {
  readonly steps: readonly (readonly string[])[];
  readonly artifact: string;
  readonly role?: ToolchainSpec['role'];
  readonly environment?: Record<string, string>;
}

describe.each<[string, Toolchain, Expected]>([
  ['make', Toolchain.make({ artifact: 'build/web.elf' }), { steps: [['make']], artifact: 'build/web.elf' }],
  [
    'make with everything',
    Toolchain.make({
      artifact: 'disk.raw',
      args: ['-s', '-j4'],
      targets: ['all', 'disk'],
      variables: { CC: 'clang', V: '1 2' },
      kind: 'disk',
    }),
    {
      steps: [['make', '-s', '-j4', 'all', 'disk', 'CC=clang', 'V=1 2']],
      artifact: 'disk.raw',
      role: 'disk',
    },
  ],
  [
    'command',
    Toolchain.command(['./build.sh', 'a b'], { artifact: 'out/*.elf', environment: { V: '1' } }),
    { steps: [['./build.sh', 'a b']], artifact: 'out/*.elf', environment: { V: '1' } },
  ],
  [
    'mirage',
    Toolchain.mirage({ name: 'hello', configure: ['--dhcp=true'] }),
    {
      steps: [['mirage', 'configure', '-t', 'virtio', '--dhcp=true'], ['make']],
      artifact: 'dist/hello.virtio',
    },
  ],
  [
    'mirage for Xen, of any name',
    Toolchain.mirage({ target: 'xen' }),
    { steps: [['mirage', 'configure', '-t', 'xen'], ['make']], artifact: 'dist/*.xen' },
  ],
  [
    'mirage on Unikraft',
    Toolchain.mirage({ name: 'hello', target: 'unikraft-firecracker' }),
    { steps: [['mirage', 'configure', '-t', 'unikraft-firecracker'], ['make']], artifact: 'dist/hello.fc' },
  ],
  [
    'solo5',
    Toolchain.solo5({ name: 'web', sources: ['src/web.c', 'net.c'] }),
    {
      steps: [
        ['solo5-elftool', 'gen-manifest', 'manifest.json', 'manifest.c'],
        ['x86_64-solo5-none-static-cc', '-c', 'src/web.c', 'net.c', 'manifest.c'],
        [
          'x86_64-solo5-none-static-ld',
          '-z',
          'solo5-abi=virtio',
          '-o',
          'web.virtio',
          'web.o',
          'net.o',
          'manifest.o',
        ],
      ],
      artifact: 'web.virtio',
    },
  ],
  [
    'kraft',
    Toolchain.kraft({ name: 'web', args: ['--no-cache'] }),
    {
      steps: [
        [
          'kraft',
          '--no-prompt',
          '--log-type',
          'basic',
          'build',
          '--plat',
          'qemu',
          '--arch',
          'x86_64',
          '--no-cache',
        ],
      ],
      artifact: '.unikraft/build/web_qemu-x86_64',
    },
  ],
  [
    'kraft for arm64',
    Toolchain.kraft({ architecture: 'arm64' }),
    {
      steps: [['kraft', '--no-prompt', '--log-type', 'basic', 'build', '--plat', 'qemu', '--arch', 'arm64']],
      artifact: '.unikraft/build/*_qemu-arm64',
    },
  ],
  [
    'unikraft',
    Toolchain.unikraft({ name: 'web', platform: 'fc', variables: { UK_ROOT: '../unikraft' } }),
    { steps: [['make', 'UK_ROOT=../unikraft']], artifact: 'build/web_fc-x86_64' },
  ],
  [
    'ops',
    Toolchain.ops({
      program: 'web',
      name: 'shop-web',
      config: 'config.json',
      before: [['go', 'build', '-o', 'web']],
    }),
    {
      steps: [
        ['go', 'build', '-o', 'web'],
        ['ops', 'build', 'web', '-i', 'shop-web', '-c', 'config.json'],
      ],
      artifact: '~/.ops/images/shop-web',
      role: 'disk',
    },
  ],
  [
    'osv',
    Toolchain.osv({ image: 'native-example', settings: ['-j4'] }),
    {
      steps: [['./scripts/build', 'fs=rofs', 'image=native-example', '-j4']],
      artifact: 'build/release.x64/usr.img',
      role: 'disk',
    },
  ],
  [
    'capstan',
    Toolchain.capstan({ name: 'shop/web', fs: 'zfs' }),
    {
      steps: [['capstan', 'package', 'compose', '--fs', 'zfs', 'shop/web']],
      artifact: '~/.capstan/repository/shop/web/web.qemu',
      role: 'disk',
    },
  ],
  [
    'rumprun',
    Toolchain.rumprun({ program: 'web', name: 'web', variables: { CC: 'x86_64-rumprun-netbsd-gcc' } }),
    {
      steps: [
        ['make', 'CC=x86_64-rumprun-netbsd-gcc'],
        ['rumprun-bake', 'hw_virtio', 'web.bin', 'web'],
      ],
      artifact: 'web.bin',
    },
  ],
  [
    'includeos',
    Toolchain.includeos(),
    { steps: [['nix-build', 'unikernel.nix']], artifact: 'result/bin/*.elf.bin' },
  ],
  [
    'hermit',
    Toolchain.hermit({ name: 'web', loader: 'hermit-loader-x86_64' }),
    {
      steps: [['cargo', 'build', '--target', 'x86_64-unknown-hermit', '--release']],
      artifact: 'target/x86_64-unknown-hermit/release/web',
      role: 'initrd',
    },
  ],
  [
    'hermit for debugging',
    Toolchain.hermit({ name: 'web', loader: 'l', profile: 'debug', args: ['-Zbuild-std=std,panic_abort'] }),
    {
      steps: [['cargo', 'build', '--target', 'x86_64-unknown-hermit', '-Zbuild-std=std,panic_abort']],
      artifact: 'target/x86_64-unknown-hermit/debug/web',
      role: 'initrd',
    },
  ],
  [
    'tamago',
    Toolchain.tamago({
      name: 'web',
      tags: ['microvm'],
      package: './cmd/web',
      environment: { GOFLAGS: '-trimpath' },
    }),
    {
      steps: [
        [
          'go',
          'build',
          '-tags',
          'microvm',
          '-ldflags',
          '-T 0x10010000 -R 0x1000',
          '-o',
          'web.elf',
          './cmd/web',
        ],
      ],
      artifact: 'web.elf',
      environment: {
        GOOS: 'tamago',
        GOOSPKG: 'github.com/usbarmory/tamago',
        GOARCH: 'amd64',
        GOFLAGS: '-trimpath',
      },
    },
  ],
  [
    'railing',
    Toolchain.railing({ name: 'web', railing: './railing', libraries: ['crypto'], before: [['make']] }),
    {
      steps: [['make'], ['./railing', 'image', '--name', 'web', '--lib', 'crypto']],
      artifact: 'web.img',
    },
  ],
  [
    'halvm',
    Toolchain.halvm({ name: 'Web', source: 'Main.hs' }),
    { steps: [['halvm-ghc', '--make', '-o', 'Web', 'Main.hs']], artifact: 'Web' },
  ],
  ['clickos', Toolchain.clickos(), { steps: [['make', 'minios']], artifact: 'minios/build/clickos_x86_64' }],
])('%s', (_, toolchain, { steps, artifact, role = 'kernel', environment = {} }) => {
  test('runs these commands, and finds what they make', () => {
    const spec = toolchain.toSpec();
    expect(spec.recipe).toMatchObject({ steps, artifact });
    expect(spec.recipe.environment).toEqual(environment);
    expect(spec.role).toBe(role);
  });
});

test.each([
  ['OPS_HOME', '/srv', () => Toolchain.ops({ program: 'p', name: 'web' }), '/srv/.ops/images/web'],
  ['CAPSTAN_ROOT', '/srv', () => Toolchain.capstan({ name: 'web' }), '/srv/repository/web/web.qemu'],
])('%s moves what the tool makes', (name, value, make, artifact) => {
  process.env[name] = value;
  expect(make().toSpec().recipe.artifact).toBe(artifact);
});

test('TAMAGO names the compiler', () => {
  process.env.TAMAGO = '/somewhere/tamago/bin/go';
  const { recipe } = Toolchain.tamago({ name: 'web' }).toSpec();
  expect(recipe.steps[0]?.[0]).toBe('/somewhere/tamago/bin/go');
  expect(recipe.version).toEqual(['/somewhere/tamago/bin/go', 'version']);
});

test('what is said of any toolchain is added to what it does by itself', () => {
  const { recipe } = Toolchain.make({
    artifact: 'a.elf',
    before: [['./configure']],
    ignore: ['/gen'],
    inputs: ['../lib'],
    tools: ['nasm'],
  }).toSpec();
  expect(recipe).toMatchObject({
    steps: [['./configure'], ['make']],
    ignore: ['*.o', '/gen'],
    inputs: ['../lib'],
    tools: ['cc', 'nasm'],
  });
});

test.each(['web', './web'])(
  '%s that Rumprun bakes is left out, and a folder of that name elsewhere is not',
  (program) => {
    const { ignore } = Toolchain.rumprun({ program, name: 'site' }).toSpec().recipe;
    expect(ignore).toEqual(['*.o', '/web']);
  },
);

test('an artifact elsewhere takes the place of the usual one', () => {
  expect(Toolchain.mirage({ artifact: 'web.virtio' }).toSpec().recipe.artifact).toBe('web.virtio');
});

describe('refuses', () => {
  test.each<[string, () => Toolchain, string]>([
    [
      'a name with a slash',
      () => Toolchain.kraft({ name: 'a/b' }),
      '\'name\' is "a/b"; give a name of letters, digits and . _ + -',
    ],
    ['a name like an option', () => Toolchain.halvm({ name: '-o' }), '\'name\' is "-o"; give a name of'],
    ['an empty name', () => Toolchain.tamago({ name: '' }), '\'name\' is ""; give a name of'],
    [
      'no command',
      () => Toolchain.command([], { artifact: 'a' }),
      'command 1 of the command toolchain is empty',
    ],
    [
      'an empty program',
      () => Toolchain.command([''], { artifact: 'a' }),
      'command 1 of the command toolchain is empty',
    ],
    [
      'an empty step',
      () => Toolchain.make({ artifact: 'a', before: [[]] }),
      'command 1 of the make toolchain is empty',
    ],
    [
      'an empty artifact',
      () => Toolchain.make({ artifact: '' }),
      "'artifact' is empty, or has an empty entry; give a path or leave it out",
    ],
    ['an empty initrd', () => Toolchain.make({ artifact: 'a', initrd: '' }), "'initrd' is empty, or"],
    [
      'an empty pattern',
      () => Toolchain.make({ artifact: 'a', ignore: [''] }),
      "'ignore' is empty, or has an empty entry",
    ],
    [
      'an impossible argument',
      () => Toolchain.command(['a', 'b\0'], { artifact: 'a' }),
      "'command 1' holds a NUL character",
    ],
    [
      'a number, from plain JavaScript',
      () => Toolchain.make({ artifact: 'a', environment: { V: 1 as unknown as string } }),
      "'environment.V' is 1; give a string",
    ],
    [
      'an impossible name of the environment',
      () => Toolchain.make({ artifact: 'a', environment: { 'A=B': '' } }),
      "'environment' has the name \"A=B\"; give one without '='",
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('what only Terraform knows', () => {
    const version = new TerraformVariable(localStack(), 'version', {}).stringValue;
    expect(() => Toolchain.make({ artifact: 'a', variables: { VERSION: version } })).toThrow(
      "'command 1' is a token, known only when Terraform runs, but it is needed at synth because the build runs there",
    );
  });
});
