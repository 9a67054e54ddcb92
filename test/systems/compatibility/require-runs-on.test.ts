import type { KilnError } from '../../../lib/errors';
import { bufferReader, inspectImage } from '../../../lib/image';
import {
  type BootableImage,
  findAwsInstanceType,
  findGoogleMachineType,
  platforms,
  platformsFor,
  requireRunsOn,
} from '../../../lib/systems';
import { SYSTEM_FILES } from '../../fixtures/systems';

const typeOf = (name: string) =>
  name.includes('.') ? findAwsInstanceType(name) : findGoogleMachineType(name);

function image(name: string, more: Partial<BootableImage> = {}): BootableImage {
  const bytes = SYSTEM_FILES[name]?.();
  if (!bytes) throw new Error(`no file ${name}`);
  return { ...inspectImage(bufferReader(bytes, 'web')), ...more };
}

function refusal(of: BootableImage, type: string): KilnError {
  try {
    requireRunsOn(of, typeOf(type));
  } catch (error) {
    return error as KilnError;
  }
  throw new Error('it was taken');
}

test.each([
  ['nanos disk', 't3.nano', 'yes', 'as it is', undefined],
  ['nanos disk', 'c3-standard-4', 'yes', 'as it is', undefined],
  ['nanos disk', 't2.micro', 'yes', 'as it is', undefined],
  ['osv disk', 't3.nano', 'yes', 'as it is', undefined],
  ['osv disk', 'e2-micro', 'yes', 'as it is', undefined],
  ['solo5 virtio', 'e2-micro', 'yes', 'through a GRUB disk', 'bios'],
  ['halvm xen', 'm1.small', 'yes', 'through a PV-GRUB disk', 'xen-pv'],
  ['linux bzimage', 't3.nano', 'yes', 'through a GRUB disk', 'bios'],
  ['linux arm64', 't4g.nano', 'yes', 'through a UEFI disk', 'uefi'],
  ['linux arm64', 't2a-standard-1', 'yes', 'through a UEFI disk', 'uefi'],
  ['hermit loader', 'e2-micro', 'unknown', 'through a GRUB disk', 'bios'],
  ['tamago gcp', 'e2-micro', 'no', undefined, undefined],
] as const)('%s on %s: %s', (name, type, verdict, how, layout) => {
  if (verdict === 'no') expect(refusal(image(name), type).code).toBe('image.cannot-run');
  else expect(requireRunsOn(image(name), typeOf(type))).toMatchObject({ verdict, how, layout });
});

test.each([
  [
    'solo5 virtio',
    't3.nano',
    "image 'web' (Solo5 virtio) drives legacy virtio-net only; AWS t3.nano (Nitro) offers ENA; " +
      'use GCE n1, f1, g1, e2 and others; or QEMU',
  ],
  [
    'unikraft qemu',
    'c3-standard-4',
    "image 'web' (Unikraft qemu 0.16.3~abc) drives legacy virtio-net and perhaps virtio-net over MMIO; " +
      'GCE c3-standard-4 offers gVNIC; use GCE n1, f1, g1, e2 and others; or QEMU',
  ],
  [
    'halvm xen',
    't2.micro',
    "image 'web' (HaLVM xen) boots by Xen PV only; AWS t2.micro (Xen HVM) boots by BIOS, multiboot, multiboot2 or " +
      "Linux' boot protocol; use AWS t1, m1, m2, m3 and others; or Xen PV",
  ],
  [
    'osv disk',
    'c3-standard-4',
    "image 'web' (OSv disk) drives virtio-net, virtio-net over MMIO, Xen netfront, ENA and vmxnet3 only; " +
      'GCE c3-standard-4 offers gVNIC; use AWS t3, t3a, m5, m5a and others; or GCE n1, f1, g1, e2 and others; or QEMU',
  ],
  [
    'linux arm64',
    't3.nano',
    "image 'web' (Linux arm64) is for arm64 machines; AWS t3.nano (Nitro) has x86-64; " +
      'use AWS t4g, a1, m6g, m6gd and others; or GCE t2a, c4a or n4a; or QEMU or Firecracker',
  ],
  [
    'solo5 virtio',
    't4g.nano',
    "image 'web' (Solo5 virtio) is for x86-64 machines; AWS t4g.nano (Nitro) has arm64; the image also drives legacy virtio-net only; " +
      'AWS t4g.nano (Nitro) offers ENA; use GCE n1, f1, g1, e2 and others; or QEMU',
  ],
  [
    'solo5 hvt',
    'e2-micro',
    "image 'web' (Solo5 hvt) does not boot by itself: it runs only under solo5-hvt; build the virtio target; it runs on nothing that Kiln knows",
  ],
  [
    'unikraft fc',
    't3.nano',
    "image 'web' (Unikraft fc 0.16.3) boots by Linux' 64 bit entry only; AWS t3.nano (Nitro) boots by BIOS, UEFI, " +
      "multiboot, multiboot2 or Linux' boot protocol; the image also drives virtio-net over MMIO only; AWS t3.nano (Nitro) offers ENA; " +
      'use Firecracker',
  ],
])('refuses %s on %s', (name, type, message) => {
  const error = refusal(image(name), type);
  expect(error.message).toBe(message);
  expect(error.code).toBe('image.cannot-run');
  expect(error.remedy).toContain("'kiln compat web'");
});

test('a disk whose driver is missing is refused where the disk is needed', () => {
  const nanos = image('nanos disk');
  const system = { ...nanos.system!, drivers: ['ena', 'virtio-blk'] } as const;
  const error = refusal({ ...nanos, system }, 't3.nano');
  expect(error.message).toContain('drives modern virtio-blk only; AWS t3.nano (Nitro) offers NVMe');
  expect(
    requireRunsOn({ ...nanos, system: { ...system, needsDisk: false } }, typeOf('t3.nano')).verdict,
  ).toBe('yes');
});

test('an image that drives nothing is refused, one of which nothing is known is not', () => {
  const kernel = image('solo5 virtio');
  const driving = (drivers: readonly [] | undefined) => ({
    ...kernel,
    system: { ...kernel.system!, drivers },
  });
  expect(refusal(driving([]), 't3.nano').message).toContain(
    'drives no network card; AWS t3.nano (Nitro) offers ENA',
  );
  expect(requireRunsOn(driving(undefined), typeOf('t3.nano'))).toMatchObject({
    verdict: 'unknown',
    reasons: ['drives devices that are not known'],
  });
});

test('an image that no byte says the machine of is not refused for it', () => {
  expect(requireRunsOn(image('osv disk', { machine: undefined }), typeOf('t3.nano')).verdict).toBe('yes');
});

test('the platforms for an image are in the order of the table', () => {
  expect(platformsFor(image('solo5 virtio')).map(({ id }) => id)).toEqual([
    'gce-gen1-2',
    'qemu-kernel',
    'qemu-disk',
  ]);
  const order = platforms.map(({ id }) => id);
  const linux = platformsFor(image('linux bzimage')).map(({ id }) => id);
  expect(linux).toEqual(order.filter((id) => linux.includes(id)));
});
