import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BootMode, Size, UnikernelImage } from '../../../constructs';
import { hashImage, imageDigest, loadLoader } from '../../../lib/image';
import type { AwsStackProps } from '../../../stacks/aws';
import * as images from '../../fixtures/images';
import { bootablePvKernel } from '../../fixtures/xen-kernels';
import { refusal } from '../../helpers/refusal';
import { kernelFile, temporaryFolder } from '../fixtures';
import { addService, awsStack, KERNEL, resource } from './service-fixtures';

const folder = temporaryFolder();
const SOLO5_VIRTIO = file('virtio.elf', images.solo5(3));
const PV = file('pv.elf', bootablePvKernel());
const LINUX = file('bzImage', images.bzImage());

function file(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

function machineOf(path: string, props: Partial<AwsStackProps> = {}) {
  const stack = awsStack(props);
  addService(stack, 'web', { image: UnikernelImage.fromKernel(path) });
  const { architecture, boot_mode, ena_support, kernel_id } = resource(stack, 'kiln_ami');
  const { instance_type } = resource(stack, 'aws_launch_template');
  return { instance_type, architecture, boot_mode, ena_support, kernel_id };
}

describe('a service that names no instance type', () => {
  test('gets the smallest of Nitro', () => {
    expect(machineOf(KERNEL)).toEqual({
      instance_type: 't3.nano',
      architecture: 'x86_64',
      boot_mode: 'legacy-bios',
      ena_support: true,
    });
  });

  test('gets the smallest of Graviton for an image for arm64, which starts by UEFI', () => {
    expect(machineOf(file('Image', images.arm64Image()))).toEqual({
      instance_type: 't4g.nano',
      architecture: 'arm64',
      boot_mode: 'uefi',
      ena_support: true,
    });
  });
});

test('an image that is not known to drive ENA does not say so on Xen, which has another network card', () => {
  expect(machineOf(KERNEL, { instanceType: 't2.nano' })).toMatchObject({ ena_support: false });
  const stack = awsStack({ instanceType: 'r4.large' });
  addService(stack, 'web', { image: UnikernelImage.fromKernel(KERNEL, { drivers: ['ena', 'nvme'] }) });
  expect(resource(stack, 'kiln_ami').ena_support).toBe(true);
});

test('a digest covers how the disk is laid out, as the provider will lay it out', () => {
  const path = file('arm64', images.arm64Image());
  const stack = awsStack();
  addService(stack, 'web', { image: UnikernelImage.fromKernel(path) });
  expect(resource(stack, 'kiln_ami').image.digest).toBe(
    imageDigest({
      sha256: hashImage(path).sha256,
      kind: 'kernel',
      boot: 'disk',
      bootArgs: [],
      layout: 'uefi',
      loaderDigest: loadLoader('uefi').digest,
    }),
  );
});

test('refuses an image that drives nothing that the type has, and says where it would run', () => {
  const [code, message] = refusal(() => machineOf(SOLO5_VIRTIO));
  expect(code).toBe('image.cannot-run');
  expect(message).toContain(
    '(Solo5 virtio) drives legacy virtio-net only; AWS t3.nano (Nitro) offers ENA; use GCE',
  );
});

test('warns where it is not known whether an image runs on the type, and not where its drivers are named', () => {
  const stack = awsStack();
  const doubtful = addService(stack, 'web', { image: UnikernelImage.fromKernel(KERNEL) });
  const known = addService(stack, 'api', {
    image: UnikernelImage.fromKernel(KERNEL, { drivers: ['ena', 'nvme'] }),
  });
  const warnings = [doubtful, known].map(({ node }) => node.metadata.map(({ data }) => data));
  expect(warnings).toEqual([
    [
      `it is not known whether image '${KERNEL}' runs on 't3.nano': it drives devices that are not known; 'drivers' on the ` +
        'image says what it drives',
    ],
    [],
  ]);
});

test('refuses a type for another machine', () => {
  expect(refusal(() => machineOf(KERNEL, { instanceType: 't4g.nano' }))).toEqual([
    'constructs.instance-type',
    `'shop/web' is to run on 't4g.nano', which is arm64, and its image '${KERNEL}' is for x86 machines; choose a type such ` +
      "as 't3.nano', or build it for arm64",
  ]);
});

test('refuses an image for a machine that EC2 does not have', () => {
  const riscv = kernelFile({ machine: 243 });
  const [code, message] = refusal(() => machineOf(riscv));
  expect(code).toBe('constructs.instance-type');
  expect(message).toContain("'shop/web' is to run on 't3.nano', which is x86-64, and its image");
  expect(message).toMatch(/is for riscv\w* machines; build it for x86-64$/);
});

test.each([
  ['t3', "'instanceType' of 'shop/web': 't3' is not an instance type of EC2; one is written like 't3.nano'"],
  ['t9.nano', "'instanceType' of 'shop/web': Kiln does not know the EC2 family 't9' of 't9.nano'"],
])('refuses the instance type %s', (instanceType, message) => {
  expect(refusal(() => machineOf(KERNEL, { instanceType }))).toEqual(['systems.instance-type', message]);
});

test('a family that is newer than Kiln is taken with one that it is like', () => {
  expect(machineOf(KERNEL, { instanceType: 't9.nano', instanceTypeLike: 't3' }).instance_type).toBe(
    't9.nano',
  );
  expect(() => machineOf(KERNEL, { instanceType: 't9.nano' })).toThrow(
    expect.objectContaining({ remedy: expect.stringContaining("In a stack, 'instanceTypeLike' says so.") }),
  );
});

test('refuses a type with less memory than the service needs', () => {
  const stack = awsStack();
  expect(refusal(() => addService(stack, 'web', { memory: Size.gibibytes(1) }))).toEqual([
    'constructs.instance-type',
    "'shop/web' needs 1024 MiB of 'memory', and an instance of type 't3.nano' has 512 MiB; give it a larger " +
      "'instanceType', or less 'memory'",
  ]);
  expect(addService(awsStack({ instanceType: 't3.micro' }), 'web', { memory: Size.gibibytes(1) }).port).toBe(
    8080,
  );
});

test('refuses a kernel that QEMU is to load', () => {
  const image = UnikernelImage.fromKernel(KERNEL, { boot: BootMode.DIRECT });
  expect(refusal(() => addService(awsStack(), 'web', { image }))).toEqual([
    'constructs.boot',
    "the image of 'shop/web' has BootMode.DIRECT, which only the local runtime can do; AWS boots disks, so leave 'boot' out",
  ]);
});

describe('a Xen PV kernel', () => {
  test('runs on a paravirtual family, by a PV-GRUB', () => {
    const props = { instanceType: 'm3.medium', kernelId: 'aki-919dcaf8' };
    const paravirtual = {
      instance_type: 'm3.medium',
      architecture: 'x86_64',
      ena_support: false,
      kernel_id: 'aki-919dcaf8',
    };
    expect(machineOf(PV, props)).toEqual(paravirtual);
    expect(machineOf(LINUX, props)).toEqual(paravirtual);
    expect(machineOf(LINUX, { instanceType: 'm3.medium' }).boot_mode).toBe('legacy-bios');
  });

  test('refuses to go without one', () => {
    const [code, message] = refusal(() => machineOf(PV, { instanceType: 'm3.medium' }));
    expect(code).toBe('constructs.boot');
    expect(message).toContain(
      "the image of 'shop/web' is a Xen PV kernel, which a PV-GRUB of EC2 starts on 'm3.medium'; give its id as 'kernelId'",
    );
  });

  test('refuses a PV-GRUB for what boots without one', () => {
    expect(refusal(() => machineOf(KERNEL, { kernelId: 'aki-919dcaf8' }))).toEqual([
      'constructs.boot',
      "'kernelId' of 'shop/web' is 'aki-919dcaf8', but PV-GRUB does not start its image on 't3.nano'; leave it out",
    ]);
  });
});
