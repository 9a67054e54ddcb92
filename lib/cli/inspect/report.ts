import type { ImageInspection } from '../../image';
import { platforms } from '../../systems';
import { type PlatformReport, platformReports } from '../compat/platform-report';

/** What `kiln inspect --json` prints: names and meanings stay as they are, members are only added. */
export interface InspectReport extends ContentReport {
  /** 64 hex digits; null where it was not asked for. */
  readonly sha256: string | null;
  readonly platforms: readonly PlatformReport[];
}

/** A file, or what is inside one. */
export interface ContentReport {
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** Of a qcow2's disk, in bytes. */
  readonly virtualSize: number | null;
  readonly format: string;
  readonly machine: string | null;
  readonly bootProtocols: readonly string[];
  readonly system: SystemReport | null;
  /** The arguments that a disk has in it. */
  readonly commandLine: string | null;
  /** Where in memory it is loaded, in bytes. */
  readonly memory: { readonly low: number | null; readonly size: number } | null;
  readonly evidence: readonly { readonly offset: number; readonly fact: string }[];
  readonly warnings: readonly string[];
  /** What a file looks like that is no image, or that nothing starts. */
  readonly lookalike: string | null;
  readonly contains: ContentReport | null;
}

export interface SystemReport {
  readonly id: string;
  readonly title: string;
  readonly variant: string | null;
  readonly version: string | null;
  /** Null where nothing is known of them. */
  readonly drivers: readonly string[] | null;
  readonly maybeDrivers: readonly string[];
  readonly needsDisk: boolean;
  /** Counts of the devices in its manifest; null where it has none. */
  readonly asksFor: { readonly networks: number; readonly disks: number } | null;
  readonly argumentStyle: string;
  readonly dropsFirstWord: boolean;
  readonly cannotBoot: string | null;
}

/** @param sha256 of the whole file @default - it was not asked for */
export function reportOf(image: ImageInspection, sha256?: string): InspectReport {
  return {
    ...contentOf(image),
    sha256: sha256 ?? null,
    platforms: platformReports(image, platforms),
  };
}

function contentOf(image: ImageInspection): ContentReport {
  const { memory, contains, system } = image;
  return {
    name: image.name,
    size: image.size,
    virtualSize: image.virtualSize ?? null,
    format: image.format,
    machine: image.machine ?? null,
    bootProtocols: image.bootProtocols,
    system: system ? systemReport(system) : null,
    commandLine: image.commandLine ?? null,
    memory: memory ? { low: memory.low ?? null, size: memory.size } : null,
    evidence: image.evidence,
    warnings: image.warnings,
    lookalike: image.lookalike ?? null,
    contains: contains ? contentOf(contains) : null,
  };
}

/** What is known of the system that an image is of. */
export function systemReport(system: NonNullable<ImageInspection['system']>): SystemReport {
  return {
    id: system.id,
    title: system.title,
    variant: system.variant ?? null,
    version: system.version ?? null,
    drivers: system.drivers ?? null,
    maybeDrivers: system.maybeDrivers ?? [],
    needsDisk: system.needsDisk,
    asksFor: system.asksFor ?? null,
    argumentStyle: system.argumentStyle,
    dropsFirstWord: system.dropsFirstWord,
    cannotBoot: system.cannotBoot ?? null,
  };
}
