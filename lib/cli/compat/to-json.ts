import type { ImageInspection } from '../../image';
import { alternativesFor, compatibilityTable, type Platform } from '../../systems';
import type { PlatformAnswer } from './render-image';

/** The table for programs. */
export function tableJson(platforms: readonly Platform[]): object {
  return {
    platforms: platforms.map(platformJson),
    rows: compatibilityTable(undefined, platforms).map(({ title, system, variants, cells, proof }) => ({
      row: title,
      system: system.id,
      files: variants.map(({ id, files }) => ({ variant: id, files: files ?? null })),
      proof,
      cells: cells.map(({ platform, verdict, how, layout, reasons }) => ({
        platform: platform.id,
        verdict,
        how: how ?? null,
        layout: layout ?? null,
        reasons,
      })),
    })),
  };
}

/** One image for programs. */
export function imageJson(image: ImageInspection, answers: readonly PlatformAnswer[]): object {
  const { name, format, machine = null, bootProtocols, system } = image;
  return {
    file: name,
    format,
    machine,
    bootProtocols,
    system: system
      ? {
          id: system.id,
          title: system.title,
          variant: system.variant ?? null,
          version: system.version ?? null,
          drivers: system.drivers ?? null,
          maybeDrivers: system.maybeDrivers ?? [],
          needsDisk: system.needsDisk,
        }
      : null,
    platforms: answers.map(({ platform, verdict, how, layout, reasons }) => ({
      platform: platform.id,
      title: platform.title,
      verdict,
      how: how ?? null,
      layout: layout ?? null,
      reasons,
    })),
    runsOn: alternativesFor(image) ?? null,
  };
}

function platformJson({ id, title, boots, networks, disks, caveat }: Platform): object {
  return { id, title, boots, networks, disks, caveat: caveat ?? null };
}
