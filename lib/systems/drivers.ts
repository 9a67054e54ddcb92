import type { Device } from './device';
import type { Drivers, SystemVariant, VersionedDrivers } from './system';

/**
 * The drivers of a version. Where the version is not known: what every version has, and as `maybe` what only some have.
 */
export function driversOf(variant: SystemVariant, version: string | undefined): Drivers | undefined {
  const { drivers } = variant;
  if (drivers === undefined || 'has' in drivers) return drivers;
  const of = version === undefined ? undefined : numbersOf(version);
  if (of === undefined) return common(drivers);
  return drivers.find(({ below }) => below === undefined || isBefore(of, numbersOf(below) ?? []));
}

function common(all: readonly VersionedDrivers[]): Drivers {
  const every = unique(all.flatMap(({ has, maybe }) => [...has, ...(maybe ?? [])]));
  const has = every.filter((device) => all.every((one) => one.has.includes(device)));
  return { has, maybe: every.filter((device) => !has.includes(device)) };
}

/** The leading numbers of a version: `0.16.3~abc` is 0, 16, 3. */
function numbersOf(version: string): number[] | undefined {
  const found = /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1];
  return found?.split('.').map(Number);
}

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function unique(devices: readonly Device[]): Device[] {
  return [...new Set(devices)];
}
