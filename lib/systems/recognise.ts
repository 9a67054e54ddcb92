import { KilnError, messageOf } from '../errors';
import { driversOf } from './drivers';
import type { ImageFacts } from './image-facts';
import type { RecognisedSystem, Recognition, System, SystemVariant } from './system';

/** Enough for every image of which nothing is known. */
export const DEFAULT_MEMORY_MIB = 64;

/**
 * The first system that knows the image, with what its data says of that variant and version.
 * @throws KilnError `systems.recognition` when a system's own code fails
 */
export function recogniseWith(facts: ImageFacts, known: readonly System[]): RecognisedSystem | undefined {
  for (const system of known) {
    const found = recognitionOf(system, facts);
    if (found) return { ...describe(system, found), ...found };
  }
  return undefined;
}

function recognitionOf(system: System, facts: ImageFacts): Recognition | undefined {
  try {
    return system.recognise(facts);
  } catch (error) {
    // What it read is damaged or cannot be read, which is no fault of its own.
    if (KilnError.is(error)) throw error;
    throw new KilnError(`the system '${system.id}' failed to look at the image: ${messageOf(error)}`, {
      code: 'systems.recognition',
      remedy: "Mend its 'recognise'; it must answer undefined for what it does not know.",
      cause: error,
    });
  }
}

function describe(system: System, found: Recognition): Omit<RecognisedSystem, keyof Recognition> {
  const variant = variantOf(system, found.variant);
  const drivers = variant && driversOf(variant, found.version);
  const { cannotBoot, faults, knowsNoQuoting } = variant ?? {};
  return {
    id: system.id,
    title: system.title,
    dropsFirstWord: variant?.dropsFirstWord ?? false,
    drivers: drivers?.has,
    ...(drivers?.maybe && drivers.maybe.length > 0 ? { maybeDrivers: drivers.maybe } : {}),
    needsDisk: variant?.needsDisk ?? false,
    argumentStyle: variant?.argumentStyle ?? 'command-line',
    ...(knowsNoQuoting === undefined ? {} : { knowsNoQuoting }),
    ...(cannotBoot === undefined ? {} : { cannotBoot }),
    ...(faults === undefined ? {} : { faults }),
    memoryMib: variant?.memoryMib ?? DEFAULT_MEMORY_MIB,
  };
}

function variantOf({ variants = [] }: System, id: string | undefined): SystemVariant | undefined {
  return id === undefined ? variants[0] : variants.find((variant) => variant.id === id);
}
