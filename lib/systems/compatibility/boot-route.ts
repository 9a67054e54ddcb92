import { listWords } from '../device';
import type { BootProtocol } from '../image-facts';
import { FORGE_LAYOUTS } from '../platforms/forge-layouts';
import type { DiskLayout, Doubt, Platform, PlatformBoot } from '../platforms/platform';
import { type BootableImage, describeProtocols, startsOn } from './bootable-image';
import { type Ground, type Verdict, worse, worstOf } from './verdict';

/** A way to start an image on a platform. */
export interface BootRoute {
  readonly verdict: Verdict;
  /** For people; undefined where there is no way. */
  readonly how: string | undefined;
  readonly protocol: BootProtocol | undefined;
  /** The disk that must be made of it. @default - none, it is started as it is */
  readonly layout: DiskLayout | undefined;
  /** Why not, or why only perhaps. */
  readonly grounds: readonly Ground[];
}

/** The best way to start an image: as it is, otherwise from a disk of Kiln's making. Looks at no devices. */
export function bootRouteOf(image: BootableImage, platform: Platform): BootRoute {
  const { cannotBoot } = image.system ?? {};
  if (cannotBoot !== undefined) return none(same(`does not boot by itself: ${cannotBoot}`));
  const boots = platform.boots.filter(
    ({ machine }) => image.machine === undefined || startsOn(image.machine, machine),
  );
  if (boots.length === 0) return none(wrongMachine(image, platform));
  const routes = boots.flatMap((boot) => routesOf(image, boot, platform));
  const best = routes.reduce<BootRoute | undefined>(
    (found, route) => (found && !worse(found.verdict, route.verdict) ? found : route),
    undefined,
  );
  return best ?? none(notTaken(image, boots, platform));
}

function routesOf(image: BootableImage, boot: PlatformBoot, platform: Platform): BootRoute[] {
  return image.bootProtocols.flatMap((protocol) => [
    ...direct(image, boot, protocol, platform),
    ...boot.forges.flatMap((layout) => forged(image, boot, protocol, layout)),
  ]);
}

function direct(
  image: BootableImage,
  boot: PlatformBoot,
  protocol: BootProtocol,
  platform: Platform,
): BootRoute[] {
  const doubt = boot.maybe?.[protocol];
  if (!boot.accepts.includes(protocol) && doubt === undefined) return [];
  const how = protocol === 'bios-disk' || protocol === 'uefi-disk' ? 'as it is' : platform.starts;
  if (boot.refusesElf64Multiboot && protocol === 'multiboot1' && isElf64WithoutAddresses(image)) {
    const text = 'is a 64 bit multiboot kernel, which QEMU does not load by itself';
    return [{ verdict: 'no', how: undefined, protocol, layout: undefined, grounds: [same(text)] }];
  }
  return [route(image, protocol, how, undefined, doubt)];
}

/** QEMU hw/i386/multiboot.c: "Cannot load x86-64 image, give a 32bit one." */
function isElf64WithoutAddresses(image: BootableImage): boolean {
  return image.format === 'elf64' && image.multiboot1?.kludge === undefined;
}

function forged(
  image: BootableImage,
  { machine }: PlatformBoot,
  protocol: BootProtocol,
  layout: DiskLayout,
): BootRoute[] {
  const { how, takes, maybe } = FORGE_LAYOUTS[layout];
  const doubt = maybe?.[protocol];
  if (!takes[machine]?.includes(protocol) && doubt === undefined) return [];
  return [route(image, protocol, how, layout, doubt)];
}

function route(
  image: BootableImage,
  protocol: BootProtocol,
  how: string,
  layout: DiskLayout | undefined,
  doubt: Doubt | undefined,
): BootRoute {
  const faults = [protocol, doubt?.inside].flatMap((one) => (one && image.system?.faults?.[one]) ?? []);
  const verdict = worstOf([...faults.map((fault) => fault.verdict), doubt === undefined ? 'yes' : 'unknown']);
  const title = describeProtocols([protocol]);
  const grounds = [...(doubt && verdict === 'unknown' ? [doubt] : []), ...faults].map(({ because }) =>
    same(`${verdict === 'no' ? 'does' : 'may'} not boot by ${title}: ${because}`),
  );
  return { verdict, how: verdict === 'no' ? undefined : how, protocol, layout, grounds };
}

/** A ground that has nothing to do with what a platform has. */
function same(text: string): Ground {
  return { short: text, full: text };
}

function none(ground: Ground): BootRoute {
  return { verdict: 'no', how: undefined, protocol: undefined, layout: undefined, grounds: [ground] };
}

function wrongMachine(image: BootableImage, platform: Platform): Ground {
  const short = `is for ${image.machine} machines`;
  return { short, full: `${short}; ${platform.title} has ${machinesOf(platform)}` };
}

function notTaken(image: BootableImage, boots: readonly PlatformBoot[], platform: Platform): Ground {
  if (image.bootProtocols.length === 0) {
    const text = 'offers no way to boot';
    return same(text);
  }
  const short = `boots by ${describeProtocols(image.bootProtocols)} only`;
  const direct = boots.flatMap(({ accepts }) => accepts);
  const made = boots.flatMap(({ machine, forges }) =>
    forges.flatMap((layout) => FORGE_LAYOUTS[layout].takes[machine] ?? []),
  );
  return { short, full: `${short}; ${platform.title} boots by ${describeProtocols([...direct, ...made])}` };
}

function machinesOf({ boots }: Platform): string {
  return listWords(boots.map(({ machine }) => machine));
}
