import { type ImageInspection, inspectImage } from '../image';
import type { ImageSpec } from '../spec';
import { chooseDevices, DEFAULT_DEVICES, type MachineDevices } from './machine-devices';

/** A machine that an image boots on. */
export interface Hardware {
  /** Those that it drives. */
  readonly devices: MachineDevices;
  /** A disk that only UEFI boots. */
  readonly isUefi: boolean;
}

type System = NonNullable<ImageInspection['system']>;

/** By path, which means the same image for ever, and what a user says that it drives. */
const known = new Map<string, Hardware>();

/**
 * What a service's image boots on, by looking at it once. A service is of no use without a network, so it gets the usual
 * card where none is known that it drives.
 * @param path of the image in the store
 */
export function hardwareOf(spec: ImageSpec, path: string): Hardware {
  const key = [path, ...(spec.drivers ?? [])].join('\n');
  const hardware = known.get(key) ?? findOut(spec, path);
  known.set(key, hardware);
  return hardware;
}

function findOut(spec: ImageSpec, path: string): Hardware {
  const { system: found, bootProtocols } = inspectImage(path);
  const system = spec.drivers && found ? { ...found, ...driving(spec.drivers) } : found;
  const isUefi =
    spec.kind === 'disk' && bootProtocols.includes('uefi-disk') && !bootProtocols.includes('bios-disk');
  const boot = spec.kind === 'kernel' && spec.boot === 'direct' ? 'kernel' : 'disk';
  const { devices } = chooseDevices({ architecture: 'x86-64', boot, isUefi, system });
  return { isUefi, devices: { ...devices, nic: devices.nic ?? DEFAULT_DEVICES.nic } };
}

/** The user knows better. */
function driving(drivers: readonly string[]): Pick<System, 'drivers' | 'maybeDrivers'> {
  return { drivers: drivers as NonNullable<System['drivers']>, maybeDrivers: [] };
}
