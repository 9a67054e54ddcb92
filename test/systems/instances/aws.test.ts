import { AWS_FAMILIES, findAwsInstanceType, type Platform } from '../../../lib/systems';

const summary = ({ boots, networks, disks }: Platform) => ({
  machines: boots.map(({ machine }) => machine),
  accepts: boots.flatMap(({ accepts }) => accepts),
  forges: boots.flatMap(({ forges }) => forges),
  networks,
  disks,
});

const NITRO = { networks: ['ena'], disks: ['nvme'] };
const XEN = { networks: ['xen-net'], disks: ['xen-blk'] };
const X86 = { machines: ['x86-64'] };

test.each([
  ['t3.nano', { ...X86, accepts: ['bios-disk', 'uefi-disk'], forges: ['bios', 'uefi'], ...NITRO }],
  ['c7i-flex.large', { ...X86, accepts: ['bios-disk', 'uefi-disk'], forges: ['bios', 'uefi'], ...NITRO }],
  ['t4g.nano', { machines: ['arm64'], accepts: ['uefi-disk'], forges: ['uefi'], ...NITRO }],
  ['a1.medium', { machines: ['arm64'], accepts: ['uefi-disk'], forges: ['uefi'], ...NITRO }],
  ['g4ad.xlarge', { ...X86, accepts: ['bios-disk'], forges: ['bios'], ...NITRO }],
  ['c5.metal', { ...X86, accepts: ['bios-disk'], forges: ['bios'], ...NITRO }],
  ['m8g.metal-24xl', { machines: ['arm64'], accepts: ['uefi-disk'], forges: ['uefi'], ...NITRO }],
  ['t2.micro', { ...X86, accepts: ['bios-disk'], forges: ['bios'], ...XEN }],
  ['m4.large', { ...X86, accepts: ['bios-disk'], forges: ['bios'], ...XEN }],
  ['m4.16xlarge', { ...X86, accepts: ['bios-disk'], forges: ['bios'], ...XEN, networks: ['xen-net', 'ena'] }],
  ['i3.large', { ...X86, accepts: ['bios-disk'], forges: ['bios'], ...XEN, networks: ['xen-net', 'ena'] }],
  ['m1.small', { ...X86, accepts: ['bios-disk'], forges: ['bios', 'xen-pv'], ...XEN }],
])('%s starts and offers what its family does', (type, expected) => {
  expect(summary(findAwsInstanceType(type))).toEqual(expected);
});

test.each([
  ['t3.nano', 'AWS t3.nano (Nitro)'],
  ['t2.micro', 'AWS t2.micro (Xen HVM)'],
  ['m1.small', 'AWS m1.small (Xen)'],
  ['c5.metal', 'AWS c5.metal (bare metal)'],
])('%s is called %s', (type, title) => {
  expect(findAwsInstanceType(type).title).toBe(title);
});

test('a family that is newer than Kiln is one that it is said to be like', () => {
  const type = findAwsInstanceType('m9i.large', { like: 'm8i' });
  expect(type.title).toBe('AWS m9i.large (Nitro)');
  expect(summary(type)).toEqual(summary(findAwsInstanceType('m8i.large')));
});

test('every family is named once and has a source', () => {
  const names = AWS_FAMILIES.flatMap((family) => family.names);
  expect(new Set(names).size).toBe(names.length);
  expect(AWS_FAMILIES.every(({ source }) => source !== '')).toBe(true);
  expect(names).toEqual(
    expect.arrayContaining(['t1', 't2', 't3', 't3a', 't4g', 'c1', 'hs1', 'm8i', 'r8g', 'a1']),
  );
});

test.each([
  ['m9i.large', 'm8i, m7i and m6i', 'm8i'],
  ['c9g.large', 'c8g, c7g and c6g', 'm8g'],
])('refuses the unknown family of %s, with close names and how to state it', (type, close, like) => {
  expect(() => findAwsInstanceType(type)).toThrow(
    expect.objectContaining({
      code: 'systems.instance-type',
      message: `Kiln does not know the EC2 family '${type.split('.')[0]}' of '${type}'`,
      remedy:
        `Close names are ${close}. If it is newer than this version of Kiln, name one that it is like, as ` +
        `{ like: '${like}' }.`,
    }),
  );
});

test('refuses a family that the stated one is unknown for', () => {
  expect(() => findAwsInstanceType('m9i.large', { like: 'm99' })).toThrow(
    "the EC2 family 'm99' of 'm9i.large'",
  );
});

test.each(['t3', 'T3.nano', 't3.', '.nano', 'e2-micro', ''])(
  "refuses '%s', which is no instance type",
  (type) => {
    expect(() => findAwsInstanceType(type)).toThrow(
      `'${type}' is not an instance type of EC2; one is written like 't3.nano'`,
    );
  },
);

test('refuses a Mac, which starts macOS alone', () => {
  expect(() => findAwsInstanceType('mac2.metal')).toThrow(
    "Kiln does not know the EC2 family 'mac2' of 'mac2.metal'; Mac hosts start macOS alone",
  );
});
