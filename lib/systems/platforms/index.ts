import { KilnError } from '../../errors';
import { listWords } from '../device';
import { awsNitro, awsXenHvm, awsXenPv } from './aws';
import { gceGvnic, gceVirtio } from './google';
import { firecracker, xenPv, xenPvh } from './hypervisors';
import type { Platform } from './platform';
import { qemuDisk, qemuKernel, qemuMicrovm } from './qemu';

export { awsNitro, awsXenHvm, awsXenPv } from './aws';
export { FORGE_LAYOUTS, type ForgeLayout } from './forge-layouts';
export { gceGvnic, gceVirtio } from './google';
export { firecracker, xenPv, xenPvh } from './hypervisors';
export type { DiskLayout, Doubt, Platform, PlatformBoot } from './platform';
export { qemuDisk, qemuKernel, qemuMicrovm } from './qemu';

/** Every kind of platform, in the order of the table's columns. */
export const platforms: readonly Platform[] = [
  awsXenPv,
  awsXenHvm,
  awsNitro,
  gceVirtio,
  gceGvnic,
  qemuKernel,
  qemuDisk,
  qemuMicrovm,
  firecracker,
  xenPv,
  xenPvh,
];

/** @throws KilnError `systems.platform` for an identifier that is none */
export function findPlatform(id: string): Platform {
  const found = platforms.find((platform) => platform.id === id);
  if (found) return found;
  throw new KilnError(`there is no platform '${id}'`, {
    code: 'systems.platform',
    remedy: `Give one of ${listWords(
      platforms.map((one) => one.id),
      'or',
    )}.`,
  });
}
