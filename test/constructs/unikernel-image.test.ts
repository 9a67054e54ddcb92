import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TerraformVariable, Testing } from 'cdktf';
import { BootMode, UnikernelImage, UnikernelService } from '../../constructs';
import { hashImage, imageDigest, loadLoader } from '../../lib/image';
import { LocalStack } from '../../stacks';
import * as images from '../fixtures/images';
import { SYSTEM_FILES } from '../fixtures/systems';
import { kernelBytes, kernelFile, localStack, resource, temporaryFolder } from './fixtures';

function imageOf(image: UnikernelImage) {
  const stack = localStack();
  new UnikernelService(stack, 'web', { image, port: 80 });
  return resource(stack, 'web').image;
}

function fileWith(bytes: Buffer | string, name = 'kernel.elf'): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

function disk(): Buffer {
  const bytes = Buffer.alloc(1024 * 1024);
  bytes.set([0xeb, 0xfe]);
  bytes.writeUInt16LE(0xaa55, 510);
  return bytes;
}

describe('a kernel', () => {
  const kernel = kernelFile();
  const { sha256 } = hashImage(kernel);

  test('is named by its content, relative to the stack', () => {
    expect(imageOf(UnikernelImage.fromKernel(kernel)).path).toBe(`images/${sha256}.elf`);
  });

  test('boots from its forged disk without arguments by default', () => {
    expect(imageOf(UnikernelImage.fromKernel(kernel))).toMatchObject({
      kind: 'kernel',
      boot: 'disk',
      boot_args: [],
    });
  });

  test('has the digest of its inputs', () => {
    const bootArgs = ['--greeting=hello world'];
    const loaderDigest = loadLoader().digest;
    expect(imageOf(UnikernelImage.fromKernel(kernel, { bootArgs })).digest).toBe(
      imageDigest({ sha256, kind: 'kernel', boot: 'disk', bootArgs, loaderDigest }),
    );
  });

  test('can be loaded directly', () => {
    const image = UnikernelImage.fromKernel(kernel, { boot: BootMode.DIRECT });
    expect(imageOf(image).boot).toBe('direct');
  });

  test('keeps arguments that Terraform would take for templates', () => {
    const image = UnikernelImage.fromKernel(kernel, { bootArgs: [`--a=\${b}`] });
    expect(imageOf(image).boot_args).toEqual([`--a=$\${b}`]);
  });

  test('is read again when the file has changed', () => {
    const path = kernelFile();
    const before = imageOf(UnikernelImage.fromKernel(path)).path;
    writeFileSync(path, kernelBytes({ text: 'v2' }));
    utimesSync(path, 1, 1);
    expect(imageOf(UnikernelImage.fromKernel(path)).path).not.toBe(before);
  });
});

describe('an initrd', () => {
  const kernel = kernelFile();
  const { sha256 } = hashImage(kernel);

  test('is named by its content, beside the kernel', () => {
    const initrd = fileWith('an archive', 'app.cpio');
    const image = imageOf(UnikernelImage.fromKernel(kernel, { initrd }));
    expect(image.path).toBe(`images/${sha256}.elf`);
    expect(image.initrd).toBe(`images/${hashImage(initrd).sha256}.initrd`);
  });

  test('is part of the digest', () => {
    const initrd = fileWith('an archive', 'app.cpio');
    const loaderDigest = loadLoader().digest;
    expect(imageOf(UnikernelImage.fromKernel(kernel, { initrd })).digest).toBe(
      imageDigest({
        sha256,
        kind: 'kernel',
        boot: 'disk',
        bootArgs: [],
        loaderDigest,
        initrd: hashImage(initrd).sha256,
      }),
    );
  });

  test('is not mentioned where there is none', () => {
    expect(imageOf(UnikernelImage.fromKernel(kernel))).not.toHaveProperty('initrd');
  });

  test('is copied into the stack folder, once', () => {
    const initrd = fileWith('an archive', 'app.cpio');
    const stack = localStack();
    for (const id of ['a', 'b']) {
      new UnikernelService(stack, id, { image: UnikernelImage.fromKernel(kernel, { initrd }), port: 80 });
    }
    const folder = join(Testing.fullSynth(stack), 'stacks', 'shop', 'images');
    const name = `${hashImage(initrd).sha256}.initrd`;
    expect(readdirSync(folder).sort()).toEqual([`${sha256}.elf`, name].sort());
    expect(readFileSync(join(folder, name), 'utf8')).toBe('an archive');
  });

  test('is read again when the file has changed', () => {
    const initrd = fileWith('an archive', 'app.cpio');
    const before = imageOf(UnikernelImage.fromKernel(kernel, { initrd }));
    writeFileSync(initrd, 'another archive');
    utimesSync(initrd, 1, 1);
    const after = imageOf(UnikernelImage.fromKernel(kernel, { initrd }));
    expect(after.initrd).not.toBe(before.initrd);
    expect(after.digest).not.toBe(before.digest);
  });

  test('is refused when it changed while the app ran', () => {
    const initrd = fileWith('an archive', 'app.cpio');
    const stack = localStack();
    new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel(kernel, { initrd }), port: 80 });
    writeFileSync(initrd, 'another archive');
    expect(() => Testing.fullSynth(stack)).toThrow(
      /^the image '.*app\.cpio' changed while the app ran, so 'images\/.*\.initrd' would be another/,
    );
  });

  test('is refused when it is not there', () => {
    const initrd = join(temporaryFolder(), 'none.cpio');
    expect(() => imageOf(UnikernelImage.fromKernel(kernel, { initrd }))).toThrow(
      `there is no initrd at '${initrd}'`,
    );
  });

  test('is refused when it is empty', () => {
    const initrd = fileWith('', 'app.cpio');
    expect(() => imageOf(UnikernelImage.fromKernel(kernel, { initrd }))).toThrow(
      `the initrd '${initrd}' is empty`,
    );
  });

  test('is refused for what is a disk', () => {
    const path = fileWith(disk(), 'disk.raw');
    expect(() =>
      imageOf(UnikernelImage.fromKernel(path, { initrd: fileWith('an archive', 'app.cpio') })),
    ).toThrow(`the image '${path}' is a disk (mbr-disk), not a kernel`);
  });

  test('is refused with an empty path', () => {
    expect(() => UnikernelImage.fromKernel('k', { initrd: '' })).toThrow(
      "'initrd' is empty; give the file's path, or leave it out",
    );
  });

  test('is refused with a path that only Terraform knows', () => {
    const initrd = new TerraformVariable(localStack(), 'initrd', {}).stringValue;
    expect(() => UnikernelImage.fromKernel('k', { initrd })).toThrow(
      "'initrd' is a token, known only when Terraform runs, but it is needed at synth because the image is read there; " +
        'give a plain value',
    );
  });
});

test('a disk is taken as it is', () => {
  const path = fileWith(disk(), 'disk.raw');
  expect(imageOf(UnikernelImage.fromDisk(path))).toMatchObject({
    kind: 'disk',
    boot: 'disk',
    path: `images/${hashImage(path).sha256}.raw`,
  });
});

test('a disk in a qcow2 is taken as it is', () => {
  const path = fileWith(images.qcow2(), 'disk.qcow2');
  expect(imageOf(UnikernelImage.fromDisk(path)).kind).toBe('disk');
});

test('a disk with a place for arguments gets them, as part of its name', () => {
  const path = fileWith(images.osvDisk(), 'usr.img');
  const bootArgs = ['--ip=eth0', '/hello'];
  const { sha256 } = hashImage(path);
  expect(imageOf(UnikernelImage.fromDisk(path, { bootArgs }))).toMatchObject({
    boot_args: bootArgs,
    digest: imageDigest({ sha256, kind: 'disk', boot: 'disk', bootArgs, loaderDigest: '' }),
  });
});

test('refuses arguments for a disk that has no place for them', () => {
  const image = UnikernelImage.fromDisk(fileWith(images.nanosDisk(), 'nanos.img'), { bootArgs: ['x'] });
  expect(() => imageOf(image)).toThrow(
    expect.objectContaining({
      code: 'image.boot-args',
      message: expect.stringMatching(
        /has no place for boot arguments: Nanos holds those that it was built with$/,
      ),
    }),
  );
});

describe('a relative path', () => {
  test('starts where cdktf.json is', () => {
    const kernel = kernelFile();
    const app = Testing.app({
      outdir: temporaryFolder(),
      context: { cdktfJsonPath: join(dirname(kernel), 'cdktf.json') },
    });
    const stack = new LocalStack(app, 'shop');
    new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel('kernel.elf'), port: 80 });
    expect(resource(stack, 'web').image.path).toBe(`images/${hashImage(kernel).sha256}.elf`);
  });
});

describe('staging', () => {
  const kernel = kernelFile();
  const name = `${hashImage(kernel).sha256}.elf`;

  test('copies each image once into the stack folder', () => {
    const stack = localStack();
    for (const id of ['a', 'b']) {
      new UnikernelService(stack, id, { image: UnikernelImage.fromKernel(kernel), port: 80 });
    }
    const folder = join(Testing.fullSynth(stack), 'stacks', 'shop');
    expect(readdirSync(join(folder, 'images'))).toEqual([name]);
    expect(readFileSync(join(folder, 'images', name))).toEqual(readFileSync(kernel));
  });

  test('refuses an image that changed while the app ran', () => {
    const path = kernelFile();
    const stack = localStack();
    new UnikernelService(stack, 'web', { image: UnikernelImage.fromKernel(path), port: 80 });
    writeFileSync(path, kernelBytes({ text: 'other' }));
    expect(() => Testing.fullSynth(stack)).toThrow(
      /^the image '.*' changed while the app ran, so 'images\/.*\.elf' would be another; run it again/,
    );
  });
});

describe('an image that cannot boot is refused by the service', () => {
  test('missing', () => {
    const path = join(temporaryFolder(), 'none.elf');
    expect(() => imageOf(UnikernelImage.fromKernel(path))).toThrow(`there is no image at '${path}'`);
  });

  test('a folder', () => {
    const path = join(temporaryFolder(), 'folder');
    mkdirSync(path);
    expect(() => imageOf(UnikernelImage.fromKernel(path))).toThrow(
      `'${path}' is a folder, and an image is one file`,
    );
  });

  test('empty', () => {
    const path = fileWith('');
    expect(() => imageOf(UnikernelImage.fromKernel(path))).toThrow(`the image '${path}' is empty`);
  });

  test('truncated', () => {
    const path = fileWith(kernelBytes().subarray(0, 60));
    expect(() => imageOf(UnikernelImage.fromKernel(path))).toThrow(
      `the image '${path}' is cut short or damaged`,
    );
  });

  test('not a kernel', () => {
    const path = fileWith('#!/bin/sh\necho hello\n');
    expect(() => imageOf(UnikernelImage.fromKernel(path))).toThrow(
      `the image '${path}' is not a kernel: it is a script`,
    );
  });

  test('for another machine', () => {
    const path = kernelFile({ machine: 40 });
    expect(() => imageOf(UnikernelImage.fromKernel(path))).toThrow(
      `the image '${path}' is for arm machines, and this platform has x86-64`,
    );
  });

  test('a disk given as a kernel', () => {
    const path = fileWith(disk());
    expect(() => imageOf(UnikernelImage.fromKernel(path))).toThrow(
      `the image '${path}' is a disk (mbr-disk), not a kernel`,
    );
  });

  test('a kernel given as a disk', () => {
    const path = kernelFile();
    expect(() => imageOf(UnikernelImage.fromDisk(path))).toThrow(
      `the image '${path}' is a kernel (elf32), not a disk`,
    );
  });
});

test('refuses an empty path', () => {
  expect(() => UnikernelImage.fromKernel('')).toThrow(
    "the path of an image is empty; give the file's path, such as 'build/web.elf'",
  );
});

test('refuses boot arguments that only Terraform knows', () => {
  const greeting = new TerraformVariable(localStack(), 'greeting', {}).stringValue;
  expect(() => UnikernelImage.fromKernel('k', { bootArgs: ['--a', `--greeting=${greeting}`] })).toThrow(
    "'bootArgs[1]' is a token, known only when Terraform runs, but it is needed at synth because " +
      "it is part of the image's digest; give a plain value",
  );
});

test('refuses boot arguments that no command line can carry', () => {
  const image = UnikernelImage.fromKernel(kernelFile(), { bootArgs: ['--a=\n'] });
  expect(() => imageOf(image)).toThrow(
    'boot argument 1, "--a=\\n", has the control character 0x0a, which a command line cannot carry',
  );
});

test('refuses boot arguments that would arrive with backslashes at a kernel that knows no quoting', () => {
  const rumprun = fileWith(SYSTEM_FILES['rumprun hw']?.() as Buffer);
  const config = '{"cmdline":"web"}';
  const refused = () => imageOf(UnikernelImage.fromKernel(rumprun, { bootArgs: [config] }));
  expect(refused).toThrow('and Rumprun knows no quoting');
  const beside = UnikernelImage.fromKernel(rumprun, { initrd: fileWith(config, 'web.json') });
  expect(imageOf(beside).initrd).toMatch(/\.initrd$/);
});
