import { systems } from './all';
import type { ImageFacts } from './image-facts';
import { recogniseWith } from './recognise';
import type { RecognisedSystem, System } from './system';

export { systems } from './all';
export type { Device, DiskDevice, NetworkDevice } from './device';
export type { BootProtocol, ElfNote, ElfSection, ImageFacts, ImageFormat, Partition } from './image-facts';
export type {
  ArgumentStyle,
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
