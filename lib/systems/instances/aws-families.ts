/** Hypervisor and virtualization of a family: `xen-pv` ones also start HVM images. */
export type AwsHypervisor = 'nitro' | 'xen-hvm' | 'xen-pv';

/** Instance families of EC2 that are alike in all that an image sees. */
export interface AwsFamilies {
  readonly hypervisor: AwsHypervisor;
  readonly machine: 'x86-64' | 'arm64';
  readonly firmware: readonly ('bios' | 'uefi')[];
  /** Xen families that also take ENA, for images that say so. Nitro has nothing else. */
  readonly ena: boolean;
  readonly names: readonly string[];
  readonly source: string;
}

/** AWS' own answer, as moto records it. */
const API = 'EC2 DescribeInstanceTypes, in getmoto/moto 5.2.1:moto/ec2/resources/instance_types.json.gz';
/** Families that the API no longer names. */
const GUIDE = 'awsdocs/amazon-ec2-user-guide:doc_source/instance-types.md';

/** Every family that Kiln knows; the parts have the sense of the columns of `kiln compat`. */
export const AWS_FAMILIES: readonly AwsFamilies[] = [
  {
    hypervisor: 'nitro',
    machine: 'x86-64',
    firmware: ['bios', 'uefi'],
    ena: true,
    names: words(`t3 t3a
      m5 m5a m5ad m5d m5dn m5n m5zn m6a m6i m6id m6idn m6in m7a m7i m7i-flex m8a m8azn m8i m8i-flex m8ib m8id m8in m8ine
      c5 c5a c5ad c5d c5n c6a c6i c6id c6in c7a c7i c7i-flex c8a c8i c8i-flex c8ib c8id c8in c8ine
      r5 r5a r5ad r5b r5d r5dn r5n r6a r6i r6id r6idn r6in r7a r7i r7iz r8a r8i r8i-flex r8ib r8id r8in
      d3 d3en i3en i4i i7i i7ie hpc6a hpc6id hpc7a hpc8a x2idn x2iedn x2iezn x8aedz x8i z1d
      u7i-6tb u7i-8tb u7i-12tb u7in-16tb u7in-24tb u7in-32tb
      f2 g4dn g5 g6 g6e g6f g7e gr6 gr6f inf1 inf2 dl2q p3dn p5 p5e p5en p6-b200 p6-b300 trn2`),
    source: API,
  },
  {
    hypervisor: 'nitro',
    machine: 'x86-64',
    firmware: ['bios'],
    ena: true,
    names: words('g4ad p4d p4de dl1 trn1 trn1n vt1 u-3tb1 u-6tb1'),
    source: API,
  },
  {
    hypervisor: 'nitro',
    machine: 'arm64',
    firmware: ['uefi'],
    ena: true,
    names: words(`t4g a1
      m6g m6gd m7g m7gd m8g m8gb m8gd m8gn c6g c6gd c6gn c7g c7gd c7gn c8g c8gb c8gd c8gn
      r6g r6gd r7g r7gd r8g r8gb r8gd r8gn x2gd x8g i4g i8g i8ge im4gn is4gen g5g hpc7g`),
    source: API,
  },
  {
    hypervisor: 'xen-hvm',
    machine: 'x86-64',
    firmware: ['bios'],
    ena: false,
    names: words('t2 m4 c4 r3 d2 i2'),
    source: API,
  },
  {
    hypervisor: 'xen-hvm',
    machine: 'x86-64',
    firmware: ['bios'],
    ena: true,
    names: words('r4 x1 x1e h1 i3'),
    source: API,
  },
  {
    hypervisor: 'xen-hvm',
    machine: 'x86-64',
    firmware: ['bios'],
    ena: true,
    names: words('f1 g3 g3s p2 p3'),
    source: GUIDE,
  },
  {
    hypervisor: 'xen-hvm',
    machine: 'x86-64',
    firmware: ['bios'],
    ena: false,
    names: words('cc2 cr1 g2'),
    source: GUIDE,
  },
  {
    hypervisor: 'xen-pv',
    machine: 'x86-64',
    firmware: ['bios'],
    ena: false,
    names: words('t1 m1 m2 m3 c1 c3'),
    source: API,
  },
  {
    hypervisor: 'xen-pv',
    machine: 'x86-64',
    firmware: ['bios'],
    ena: false,
    names: words('hs1'),
    source: 'awsdocs/amazon-ec2-user-guide:doc_source/virtualization_types.md',
  },
];

/** Sizes that have ENA where the rest of their family has not. */
export const ENA_SIZES: readonly string[] = ['m4.16xlarge'];

function words(text: string): string[] {
  return text.split(/\s+/);
}
