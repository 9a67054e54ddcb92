import { systems } from './all';
import type { ImageFacts } from './image-facts';
import { recogniseWith } from './recognise';
import type { RecognisedSystem, System } from './system';

export { systems } from './all';
export { checkDevices, findSystem, withSystems } from './check-systems';
export {
  alternativesFor,
  type BootableImage,
  type BootRoute,
  bootRouteOf,
  type Compatibility,
  compatibilityOf,
  compatibilityTable,
  describeProtocols,
  LEGEND,
  labelOf,
  type PrintedCell,
  platformsFor,
  requireRunsOn,
  startsOn,
  type TableCell,
  type TableRow,
  typicalImage,
  type Verdict,
  withFootnotes,
} from './compatibility';
export { type Device, type DiskDevice, listDevices, listWords, type NetworkDevice } from './device';
export type { BootProtocol, ElfNote, ElfSection, ImageFacts, ImageFormat, Partition } from './image-facts';
export {
  AWS_FAMILIES,
  type AwsFamilies,
  findAwsInstanceType,
  findGoogleMachineType,
  GOOGLE_SERIES,
  type GoogleSeries,
  type InstanceTypeOptions,
} from './instances';
export {
  awsNitro,
  awsXenHvm,
  awsXenPv,
  type DiskLayout,
  FORGE_LAYOUTS,
  findPlatform,
  firecracker,
  gceGvnic,
  gceVirtio,
  type Platform,
  type PlatformBoot,
  platforms,
  qemuDisk,
  qemuKernel,
  qemuMicrovm,
  xenPv,
  xenPvh,
} from './platforms';
export type {
  ArgumentStyle,
  DocumentedSystem,
  Drivers,
  Fault,
  Proof,
  RecognisedSystem,
  Recognition,
  System,
  SystemAbout,
  SystemVariant,
  VersionedDrivers,
} from './system';

/**
 * The first system that knows the image.
 * @throws KilnError `systems.recognition` when a system's own code fails
 */
export function tryRecogniseSystem(
  facts: ImageFacts,
  known: readonly System[] = systems,
): RecognisedSystem | undefined {
  return recogniseWith(facts, known);
}
