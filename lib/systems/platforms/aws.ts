import type { Platform } from './platform';

const GUIDE = 'awsdocs/amazon-ec2-user-guide:doc_source';

export const awsXenPv: Platform = {
  id: 'aws-xen-pv',
  title: 'AWS Xen PV',
  column: ['AWS', 'PV'],
  starts: 'PV-GRUB loads it',
  boots: [{ machine: 'x86-64', accepts: [], forges: ['xen-pv'] }],
  networks: ['xen-net'],
  disks: ['xen-blk'],
  caveat:
    'only families of retired generations are paravirtual; whether EC2 still launches them is not established',
  sources: [`${GUIDE}/virtualization_types.md`, `${GUIDE}/UserProvidedKernels.md`],
};

export const awsXenHvm: Platform = {
  id: 'aws-xen-hvm',
  title: 'AWS Xen HVM',
  column: ['AWS', 'HVM'],
  starts: 'its BIOS boots it',
  boots: [{ machine: 'x86-64', accepts: ['bios-disk'], forges: ['bios'] }],
  networks: ['xen-net'],
  disks: ['xen-blk'],
  sources: [
    `${GUIDE}/virtualization_types.md`,
    `${GUIDE}/enhanced-networking-ena.md`,
    `${GUIDE}/nvme-ebs-volumes.md`,
  ],
};

export const awsNitro: Platform = {
  id: 'aws-nitro',
  title: 'AWS Nitro',
  column: ['AWS', 'Nitro'],
  starts: 'its firmware boots it',
  boots: [
    { machine: 'x86-64', accepts: ['bios-disk', 'uefi-disk'], forges: ['bios', 'uefi'] },
    { machine: 'arm64', accepts: ['uefi-disk'], forges: ['uefi'] },
  ],
  networks: ['ena'],
  disks: ['nvme'],
  sources: [`${GUIDE}/ami-boot.md`, `${GUIDE}/enhanced-networking-ena.md`, `${GUIDE}/nvme-ebs-volumes.md`],
};
