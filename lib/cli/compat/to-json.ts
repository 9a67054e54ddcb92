import type { ImageInspection } from '../../image';
import { alternativesFor, compatibilityTable, type Platform } from '../../systems';
import { systemReport } from '../inspect/report';
import type { PlatformReport } from './platform-report';

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
export function imageJson(image: ImageInspection, reports: readonly PlatformReport[]): object {
  const { name, format, machine = null, bootProtocols, system } = image;
  return {
    name,
    format,
    machine,
    bootProtocols,
    system: system ? systemReport(system) : null,
    platforms: reports,
    runsOn: alternativesFor(image) ?? null,
  };
}

function platformJson(platform: Platform): object {
  const { id, title, boots, networks, disks, maybeNetworks = [], maybeDisks = [], caveat = null } = platform;
  return {
    id,
    title,
    boots: boots.map(({ machine, accepts, forges, maybe = {} }) => ({
      machine,
      accepts,
      maybeAccepts: Object.keys(maybe),
      forges,
    })),
    networks,
    maybeNetworks,
    disks,
    maybeDisks,
    caveat,
  };
}
