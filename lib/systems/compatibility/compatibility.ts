import { type Device, isDiskDevice, isNetworkDevice, listDevices } from '../device';
import type { BootProtocol } from '../image-facts';
import type { DiskLayout, Platform } from '../platforms/platform';
import { bootRouteOf } from './boot-route';
import type { BootableImage } from './bootable-image';
import { type Ground, type Verdict, worstOf } from './verdict';

/** Whether, how and why an image runs on a platform. */
export interface Compatibility {
  readonly verdict: Verdict;
  /** `QEMU loads it`, `through a GRUB disk`, `as it is`; undefined where it cannot be started. */
  readonly how: string | undefined;
  /** The one of its boot protocols that is used, or would be; undefined where none is taken. */
  readonly protocol: BootProtocol | undefined;
  /** The disk that must be made of it. @default - none, it is started as it is */
  readonly layout: DiskLayout | undefined;
  /** Why not, or why it is not known: clauses about the image that name the platform. Empty for a yes. */
  readonly reasons: readonly string[];
  /** The same without the platform. */
  readonly footnotes: readonly string[];
}

/** Computed from boot protocols, the disks that Kiln makes, machines and drivers; never listed by hand. */
export function compatibilityOf(image: BootableImage, platform: Platform): Compatibility {
  const route = bootRouteOf(image, platform);
  const parts =
    route.protocol === undefined && image.system?.cannotBoot !== undefined
      ? [route]
      : [route, network(image, platform), disk(image, platform)];
  const verdict = worstOf(parts.map((part) => part.verdict));
  // A doubt beside a certain no is of no interest.
  const grounds = parts.filter((part) => part.verdict === verdict).flatMap((part) => part.grounds);
  return {
    verdict,
    how: route.how,
    protocol: route.protocol,
    layout: route.layout,
    reasons: verdict === 'yes' ? [] : grounds.map(({ full }) => full),
    footnotes: verdict === 'yes' ? [] : grounds.map(({ short }) => short),
  };
}

interface Part {
  readonly verdict: Verdict;
  readonly grounds: readonly Ground[];
}

interface Kind {
  readonly includes: (device: Device) => boolean;
  /** Said of an image that drives none. */
  readonly none: string;
}

const NETWORK: Kind = { includes: isNetworkDevice, none: 'drives no network card' };
const DISK: Kind = { includes: isDiskDevice, none: 'drives no disk' };
const GOOD: Part = { verdict: 'yes', grounds: [] };

function network(image: BootableImage, platform: Platform): Part {
  return part(image, platform, NETWORK, platform.networks, platform.maybeNetworks ?? []);
}

function disk(image: BootableImage, platform: Platform): Part {
  if (!image.system?.needsDisk) return GOOD;
  return part(image, platform, DISK, platform.disks, platform.maybeDisks ?? []);
}

function part(
  image: BootableImage,
  platform: Platform,
  kind: Kind,
  offered: readonly Device[],
  maybeOffered: readonly Device[],
): Part {
  const { drivers, maybeDrivers = [] } = image.system ?? {};
  if (drivers === undefined) return undecided('drives devices that are not known');
  const has = drivers.filter(kind.includes);
  const maybe = maybeDrivers.filter(kind.includes);
  if (has.some((device) => offered.includes(device))) return GOOD;
  const perhaps = [...has, ...maybe].filter(
    (device) => offered.includes(device) || maybeOffered.includes(device),
  );
  if (perhaps.length > 0) return undecided(whyUndecided(perhaps, has, platform));
  const short = drives(has, maybe, kind);
  return {
    verdict: 'no',
    grounds: [{ short, full: `${short}; ${platform.title} offers ${listDevices(offered)}` }],
  };
}

function drives(has: readonly Device[], maybe: readonly Device[], { none }: Kind): string {
  if (has.length === 0 && maybe.length === 0) return none;
  if (has.length === 0) return `drives at most ${listDevices(maybe)}`;
  const more = maybe.length > 0 ? ` and perhaps ${listDevices(maybe)}` : ' only';
  return `drives ${listDevices(has)}${more}`;
}

function whyUndecided(perhaps: readonly Device[], has: readonly Device[], platform: Platform): string {
  const devices = listDevices(perhaps);
  return perhaps.some((device) => has.includes(device))
    ? `drives ${devices}, and it is not established that ${platform.title} offers that`
    : `drives ${devices} only in some versions or configurations`;
}

function undecided(text: string): Part {
  return { verdict: 'unknown', grounds: [{ short: text, full: text }] };
}
