import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TerraformVariable, Testing } from 'cdktf';
import { BootMode, Toolchain, UnikernelImage, UnikernelService } from '../../constructs';
import { hashImage } from '../../lib/image';
import { LocalStack } from '../../stacks';
import { hermitApp, multibootKernel, solo5 } from '../fixtures/images';
import { kernelBytes, localStack, resource, type ServiceJson, temporaryFolder } from './fixtures';

/** A project with a folder that a script builds: `image` is copied to `out.elf`. */
class Project {
  readonly folder = temporaryFolder();
  readonly stack: LocalStack;

  constructor(outdir = temporaryFolder()) {
    this.stack = new LocalStack(this.app(outdir), 'shop');
    this.write('unikernel/image', kernelBytes());
    this.script('cp image out.elf');
  }

  app(outdir: string) {
    const context = { cdktfJsonPath: join(this.folder, 'cdktf.json') };
    return Testing.app({ outdir: resolve(this.folder, outdir), context });
  }

  write(path: string, content: string | Buffer): string {
    const file = join(this.folder, path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  script(body: string): void {
    chmodSync(
      this.write('unikernel/build.sh', `#!/bin/sh\necho run >> '${this.folder}/runs'\n${body}\n`),
      0o755,
    );
  }

  service(image: UnikernelImage, id = 'web'): UnikernelService {
    return new UnikernelService(this.stack, id, { image, port: 80 });
  }

  imageOf(image: UnikernelImage): ServiceJson {
    this.service(image);
    return resource(this.stack, 'web').image;
  }

  get runs(): number {
    return readFileSync(join(this.folder, 'runs'), 'utf8').split('\n').length - 1;
  }
}

const script = (more: Partial<Parameters<typeof Toolchain.command>[1]> = {}) =>
  Toolchain.command(['./build.sh'], { artifact: 'out.elf', ...more });

function staged(project: Project, path: string): string {
  return hashImage(project.write('to-hash', readFileSync(join(project.folder, path)))).sha256;
}

test('an image is what its toolchain makes, with the arguments that it is given', () => {
  const project = new Project();
  const image = UnikernelImage.fromBuild('unikernel', {
    toolchain: script(),
    bootArgs: ['--a=b'],
    boot: BootMode.DIRECT,
  });
  expect(project.imageOf(image)).toMatchObject({
    path: `images/${staged(project, 'unikernel/image')}.elf`,
    kind: 'kernel',
    boot: 'direct',
    boot_args: ['--a=b'],
  });
});

test('an image boots from its forged disk without arguments by default', () => {
  const image = UnikernelImage.fromBuild('unikernel', { toolchain: script() });
  expect(image).toMatchObject({ path: 'unikernel/out.elf', kind: 'kernel', boot: 'disk', bootArgs: [] });
});

test('nothing is built until a service takes the image, and then once for an app', () => {
  const project = new Project();
  const image = () => UnikernelImage.fromBuild('unikernel', { toolchain: script() });
  expect(() => project.runs).toThrow('ENOENT');
  // Its own output is among its sources, so that no second app would find it kept.
  project.script('echo generated > generated.txt; cp image out.elf');
  project.service(image(), 'a');
  project.service(image(), 'b');
  expect(project.runs).toBe(1);
});

test('builds of one folder with other words are other builds', () => {
  const project = new Project();
  project.script('cp image out.elf; printf "%s" "$1" >> out.elf');
  for (const word of ['a', 'b']) {
    const toolchain = Toolchain.command(['./build.sh', word], { artifact: 'out.elf' });
    project.service(UnikernelImage.fromBuild('unikernel', { toolchain }), word);
  }
  const paths = ['a', 'b'].map((id) => resource(project.stack, id).image.path);
  expect(new Set(paths).size).toBe(2);
});

test('a second file of the build is loaded beside the kernel, unless another is named', () => {
  const project = new Project();
  project.script('cp image out.elf; echo of the build > files.cpio');
  project.write('own.cpio', 'of the user');
  const toolchain = script({ initrd: 'files.cpio' });
  expect(project.imageOf(UnikernelImage.fromBuild('unikernel', { toolchain })).initrd).toBe(
    `images/${staged(project, 'unikernel/files.cpio')}.initrd`,
  );
  project.service(UnikernelImage.fromBuild('unikernel', { toolchain, initrd: 'own.cpio' }), 'other');
  expect(resource(project.stack, 'other').image.initrd).toBe(`images/${staged(project, 'own.cpio')}.initrd`);
});

test('where the toolchain makes a disk, the image is one', () => {
  const image = UnikernelImage.fromBuild('unikernel', {
    toolchain: script({ kind: 'disk' }),
    bootArgs: ['/hello'],
  });
  expect(image).toMatchObject({ kind: 'disk', boot: 'disk', bootArgs: ['/hello'] });
});

test("Hermit's kernel is its loader, and the program is loaded beside it", () => {
  const project = new Project();
  project.write('unikernel/loader', multibootKernel());
  project.write('unikernel/image', hermitApp());
  const makes = 'target/x86_64-unknown-hermit/release';
  const cargo = project.write('bin/cargo', `#!/bin/sh\nmkdir -p ${makes}; cp image ${makes}/web\n`);
  chmodSync(cargo, 0o755);
  const toolchain = Toolchain.hermit({
    name: 'web',
    loader: 'loader',
    environment: { PATH: `${join(cargo, '..')}:${process.env.PATH}` },
  });
  expect(project.imageOf(UnikernelImage.fromBuild('unikernel', { toolchain }))).toMatchObject({
    path: `images/${staged(project, 'unikernel/loader')}.elf`,
    initrd: `images/${staged(project, 'unikernel/image')}.initrd`,
  });
});

test('a deploy that is under way keeps its image when the folder is built again', () => {
  const project = new Project();
  const { path } = project.imageOf(UnikernelImage.fromBuild('unikernel', { toolchain: script() }));
  project.write('unikernel/out.elf', kernelBytes({ text: 'v2' }));
  const folder = Testing.fullSynth(project.stack);
  expect(readFileSync(join(folder, 'stacks/shop', path))).toEqual(kernelBytes());
});

test('what synth itself writes is no source, also where the project is what is built', () => {
  const project = new Project('elsewhere');
  const toolchain = Toolchain.command(['unikernel/build.sh'], {
    artifact: 'unikernel/out.elf',
    ignore: ['/runs'],
  });
  project.script('cp unikernel/image unikernel/out.elf');
  project.write('elsewhere/manifest.json', '{}');
  project.imageOf(UnikernelImage.fromBuild('.', { toolchain }));
  project.write('elsewhere/manifest.json', '{"changed":true}');
  const again = new LocalStack(project.app('elsewhere'), 'shop');
  new UnikernelService(again, 'web', { image: UnikernelImage.fromBuild('.', { toolchain }), port: 80 });
  expect(project.runs).toBe(1);
});

describe('refuses', () => {
  test('an empty folder', () => {
    expect(() => UnikernelImage.fromBuild('', { toolchain: script() })).toThrow(
      "the folder of a build is empty; give the path of the sources, such as 'unikernel'",
    );
  });

  test('a folder that only Terraform knows', () => {
    const folder = new TerraformVariable(localStack(), 'folder', {}).stringValue;
    expect(() => UnikernelImage.fromBuild(folder, { toolchain: script() })).toThrow(
      "'folder' is a token, known only when Terraform runs, but it is needed at synth",
    );
  });

  test('boot arguments that only Terraform knows', () => {
    const argument = new TerraformVariable(localStack(), 'argument', {}).stringValue;
    expect(() => UnikernelImage.fromBuild('a', { toolchain: script(), bootArgs: [argument] })).toThrow(
      "'bootArgs[0]' is a token",
    );
  });

  test.each([
    ['a disk', () => script({ kind: 'disk' }), 'the command toolchain makes a disk'],
    [
      'an initrd',
      () => Toolchain.hermit({ name: 'web', loader: 'l' }),
      'the hermit toolchain makes an initrd itself',
    ],
  ])('an initrd beside %s', (_, toolchain, what) => {
    expect(() => UnikernelImage.fromBuild('a', { toolchain: toolchain(), initrd: 'b' })).toThrow(
      `'initrd' is 'b', but ${what}; leave 'initrd' out`,
    );
  });

  test('what was built well and cannot boot here, with the reason', () => {
    const project = new Project();
    project.write('unikernel/image', solo5(1));
    expect(() => project.imageOf(UnikernelImage.fromBuild('unikernel', { toolchain: script() }))).toThrow(
      /^the image '.*\/out\.elf' is Solo5 hvt: it runs only under solo5-hvt/,
    );
  });

  test('a folder that does not exist, relative to the project', () => {
    const project = new Project();
    const image = UnikernelImage.fromBuild('none', { toolchain: script() });
    expect(() => project.imageOf(image)).toThrow(
      `there is no folder '${join(project.folder, 'none')}' to build`,
    );
  });
});
