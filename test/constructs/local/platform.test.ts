import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Testing } from 'cdktf';
import {
  BootMode,
  type Device,
  findSystem,
  type System,
  UnikernelImage,
  UnikernelService,
} from '../../../constructs';
import type { KilnError } from '../../../lib/errors';
import { LocalStack } from '../../../stacks';
import * as images from '../../fixtures/images';
import { kernelFile, localStack, resource, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();
const SOLO5_XEN = imageFile('xen.elf', images.solo5(6));
const SOLO5_VIRTIO = imageFile('virtio.elf', images.solo5(3));

/** A system that nobody knows: a kernel with a text of its own. */
const toy: System = {
  id: 'toy',
  title: 'Toy OS',
  recognise: (facts) => {
    const offset = facts.find('I am a toy');
    return offset === undefined ? undefined : { because: "the text 'I am a toy'", offset };
  },
  variants: [{ id: 'any', drivers: { has: ['ena'] } }],
};

test('an image that drives what QEMU has is taken', () => {
  expect(serviceOf(UnikernelImage.fromKernel(SOLO5_VIRTIO)).image.path).toMatch(
    /^images\/[0-9a-f]{64}\.elf$/,
  );
});

test('refuses an image that drives nothing that QEMU has, and says where it would run', () => {
  const error = refusal(UnikernelImage.fromKernel(SOLO5_XEN));
  expect(error.code).toBe('image.cannot-run');
  expect(error.message).toBe(
    `image '${SOLO5_XEN}' (Solo5 xen) drives Xen netfront only; the local runtime offers virtio-net, e1000, rtl8139 and ` +
      'vmxnet3; it runs on nothing that Kiln knows',
  );
  expect(error.remedy).toBe(
    `If it can do more than Kiln knows, say so with 'drivers' on the image; 'kiln compat ${SOLO5_XEN}' shows what Kiln knows.`,
  );
});

test("what an image's own drivers are said to be counts more than what Kiln knows", () => {
  const image = UnikernelImage.fromKernel(SOLO5_XEN, { drivers: ['xen-net', 'e1000'] });
  expect(serviceOf(image).image.digest).toMatch(/^sha256:/);
  expect(refusal(UnikernelImage.fromKernel(SOLO5_VIRTIO, { drivers: ['ena'] })).message).toContain(
    '(Solo5 virtio) drives ENA only; the local runtime offers virtio-net, e1000, rtl8139 and vmxnet3',
  );
});

test('the runtime is told what Kiln would not find out by itself', () => {
  const path = kernelFile({ text: 'I am a toy' });
  const image = UnikernelImage.fromKernel(path);
  const driving: System = { ...toy, variants: [{ id: 'any', drivers: { has: ['e1000'], maybe: ['nvme'] } }] };
  expect(serviceOf(image).image).not.toHaveProperty('drivers');
  expect(serviceOf(image, [driving]).image.drivers).toEqual(['e1000', 'nvme']);
  expect(
    serviceOf(UnikernelImage.fromKernel(path, { drivers: ['rtl8139'] }), [driving]).image.drivers,
  ).toEqual(['rtl8139']);
  expect(serviceOf(UnikernelImage.fromKernel(SOLO5_VIRTIO), [driving]).image).not.toHaveProperty('drivers');
});

test("drivers and systems are no part of an image's digest", () => {
  const digest = (image: UnikernelImage, systems?: readonly System[]) =>
    serviceOf(image, systems).image.digest;
  const plain = digest(UnikernelImage.fromKernel(SOLO5_VIRTIO));
  expect(digest(UnikernelImage.fromKernel(SOLO5_VIRTIO, { drivers: ['e1000'] }))).toBe(plain);
  expect(digest(UnikernelImage.fromKernel(SOLO5_VIRTIO), [toy])).toBe(plain);
});

test('a system of the user is looked for before those that Kiln knows', () => {
  const path = kernelFile({ text: 'I am a toy' });
  expect(serviceOf(UnikernelImage.fromKernel(path)).image.path).toMatch(/^images\//);
  expect(refusal(UnikernelImage.fromKernel(path), [toy]).message).toContain(
    '(Toy OS) drives ENA only; the local runtime offers',
  );
});

test('a system that Kiln knows is corrected by one with its id', () => {
  const solo5 = findSystem('solo5');
  const corrected: System = {
    ...solo5,
    variants: solo5.variants.map((variant) =>
      variant.id === 'xen' ? { ...variant, drivers: { has: ['virtio-net'] } } : variant,
    ),
  };
  expect(serviceOf(UnikernelImage.fromKernel(SOLO5_XEN), [corrected]).image.path).toMatch(/^images\//);
});

describe("a user's system whose kernel skips its first word", () => {
  const variants = [{ id: 'any', dropsFirstWord: true }];
  const skipping: System = { ...toy, variants };
  const path = () => kernelFile({ text: 'I am a toy' });

  test('is refused arguments from a forged disk, which would lose one', () => {
    const kernel = path();
    expect(refusal(UnikernelImage.fromKernel(kernel, { bootArgs: ['a'] }), [skipping])).toMatchObject({
      code: 'constructs.image',
      message:
        `the system 'toy' says that '${kernel}' skips the first word of its command line, and a forged disk goes by ` +
        'what Kiln itself knows, that it keeps it',
      remedy: "Boot it with BootMode.DIRECT, or leave 'bootArgs' out.",
    });
  });

  test('gets them from QEMU, and a disk without any', () => {
    const direct = UnikernelImage.fromKernel(path(), { bootArgs: ['a'], boot: BootMode.DIRECT });
    expect(serviceOf(direct, [skipping]).image.boot_args).toEqual(['a']);
    expect(serviceOf(UnikernelImage.fromKernel(path()), [skipping]).image.boot_args).toEqual([]);
  });
});

test('a kernel that QEMU loads may drive devices without PCI', () => {
  const path = imageFile('pvh.elf', images.pvhKernel());
  const drivers: readonly Device[] = ['virtio-net-mmio'];
  expect(serviceOf(UnikernelImage.fromKernel(path, { boot: BootMode.DIRECT, drivers })).image.boot).toBe(
    'direct',
  );
  const fromDisk = UnikernelImage.fromKernel(kernelFile(), { drivers });
  expect(refusal(fromDisk).message).toContain('drives virtio-net over MMIO only; the local runtime offers');
});

test('refuses a device that there is not', () => {
  const attempt = () => UnikernelImage.fromDisk('web.raw', { drivers: ['virtio'] as unknown as Device[] });
  expect(attempt).toThrow(`'drivers' names "virtio", which is no device that Kiln knows`);
});

test('refuses a system that is none', () => {
  const system = { id: 'Toy OS', title: 'Toy' } as unknown as System;
  expect(() => new LocalStack(Testing.app({ outdir: folder }), 'shop', { systems: [system] })).toThrow(
    `systems[0] has the id "Toy OS", and lowercase words such as 'my-os' are expected`,
  );
});

test("refuses an image that a user's system fails to look at", () => {
  const broken: System = {
    ...toy,
    recognise: () => {
      throw new Error('oops');
    },
  };
  expect(refusal(UnikernelImage.fromKernel(SOLO5_VIRTIO), [broken]).message).toBe(
    "the system 'toy' failed to look at the image: oops",
  );
});

function imageFile(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function stackWith(systems: readonly System[] | undefined): LocalStack {
  if (!systems) return localStack();
  return new LocalStack(Testing.app({ outdir: temporaryFolder() }), 'shop', { systems });
}

function serviceOf(image: UnikernelImage, systems?: readonly System[]) {
  const stack = stackWith(systems);
  new UnikernelService(stack, 'web', { image, port: 80 });
  return resource(stack, 'web');
}

function refusal(image: UnikernelImage, systems?: readonly System[]): KilnError {
  try {
    new UnikernelService(stackWith(systems), 'web', { image, port: 80 });
  } catch (error) {
    return error as KilnError;
  }
  throw new Error('the image was taken');
}
