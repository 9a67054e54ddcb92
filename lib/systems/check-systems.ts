import { KilnError } from '../errors';
import { systems as built } from './all';
import { DEVICE_TITLES, type Device, listWords } from './device';
import type { DocumentedSystem, Drivers, System, SystemVariant, VersionedDrivers } from './system';

const ARGUMENT_STYLES = ['command-line', 'disk-field', 'xenstore', 'fixed'];

/**
 * A user's systems before Kiln's own: one with the id of a known system takes its place.
 * @throws KilnError `systems.invalid`
 */
export function withSystems(own: readonly System[]): readonly System[] {
  const ids = new Set<string>();
  for (const [index, system] of own.entries()) {
    checkSystem(system, `systems[${index}]`);
    if (ids.has(system.id)) throw invalid(`systems[${index}]`, `has the id '${system.id}' of another one`);
    ids.add(system.id);
  }
  return [...own, ...built.filter(({ id }) => !ids.has(id))];
}

/**
 * One of the systems Kiln knows, to be copied and corrected.
 * @throws KilnError `systems.unknown`
 */
export function findSystem(id: string): DocumentedSystem {
  const found = built.find((system) => system.id === id);
  if (found) return found;
  throw new KilnError(`there is no system '${id}'`, {
    code: 'systems.unknown',
    remedy: `Give one of ${listWords(built.map((one) => one.id).sort(), 'or')}.`,
  });
}

/**
 * Checks device names that may come from plain JavaScript.
 * @param what names the list, for the message: `'drivers'`
 * @throws KilnError `systems.device`
 */
export function checkDevices(what: string, devices: readonly Device[]): void {
  if (!Array.isArray(devices)) {
    throw new KilnError(`${what} is ${JSON.stringify(devices)}, and a list of devices is expected`, {
      code: 'systems.device',
    });
  }
  for (const device of devices) {
    if (Object.hasOwn(DEVICE_TITLES, device)) continue;
    throw new KilnError(`${what} names ${JSON.stringify(device)}, which is no device that Kiln knows`, {
      code: 'systems.device',
      remedy: `Give some of ${listWords(Object.keys(DEVICE_TITLES))}.`,
    });
  }
}

function checkSystem(system: System, where: string): void {
  if (typeof system !== 'object' || system === null) throw invalid(where, 'is no system');
  if (typeof system.id !== 'string' || !/^[a-z][a-z0-9-]*$/.test(system.id)) {
    throw invalid(
      where,
      `has the id ${JSON.stringify(system.id)}, and lowercase words such as 'my-os' are expected`,
    );
  }
  const named = `${where} ('${system.id}')`;
  if (typeof system.title !== 'string' || system.title === '') throw invalid(named, "has no 'title'");
  if (typeof system.recognise !== 'function') throw invalid(named, "has no function 'recognise'");
  for (const [index, variant] of (system.variants ?? []).entries()) {
    checkVariant(variant, `${named}, variants[${index}]`);
  }
}

function checkVariant(variant: SystemVariant, where: string): void {
  if (typeof variant.id !== 'string' || variant.id === '') throw invalid(where, "has no 'id'");
  const { argumentStyle, memoryMib, drivers = [] } = variant;
  if (argumentStyle !== undefined && !ARGUMENT_STYLES.includes(argumentStyle)) {
    throw invalid(
      where,
      `has the argumentStyle '${argumentStyle}', and ${listWords(ARGUMENT_STYLES, 'or')} is expected`,
    );
  }
  if (memoryMib !== undefined && !(Number.isInteger(memoryMib) && memoryMib > 0)) {
    throw invalid(where, `has ${memoryMib} MiB of memory, and a whole number above 0 is expected`);
  }
  const sets: readonly (Drivers | VersionedDrivers)[] = 'has' in drivers ? [drivers] : drivers;
  for (const { has, maybe = [] } of sets) {
    checkDevices(`${where}, 'drivers.has'`, has);
    checkDevices(`${where}, 'drivers.maybe'`, maybe);
  }
}

function invalid(where: string, what: string): KilnError {
  return new KilnError(`${where} ${what}`, {
    code: 'systems.invalid',
    remedy: "A system is { id, title, recognise(facts), variants }; 'findSystem' shows one.",
  });
}
