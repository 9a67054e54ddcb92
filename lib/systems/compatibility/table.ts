import { systems } from '../all';
import { type Platform, platforms } from '../platforms';
import { recogniseWith } from '../recognise';
import type { Proof, System, SystemVariant } from '../system';
import type { BootableImage } from './bootable-image';
import { type Compatibility, compatibilityOf } from './compatibility';
import { worse } from './verdict';

/** A row of the table: one build of one system, which may come as several files. */
export interface TableRow {
  readonly title: string;
  readonly system: System;
  readonly variants: readonly SystemVariant[];
  readonly cells: readonly TableCell[];
  /** The strongest of its variants'. */
  readonly proof: Proof;
}

export interface TableCell extends Compatibility {
  readonly platform: Platform;
  /** The file that does best there. */
  readonly variant: SystemVariant;
}

/** System by platform, computed: the file of a build that does best counts. */
export function compatibilityTable(
  known: readonly System[] = systems,
  columns: readonly Platform[] = platforms,
): readonly TableRow[] {
  return known.flatMap((system) => rowsOf(system, columns)).sort(byTitle);
}

/** An image as its system's toolchain makes it, so that data can be asked as a file would. */
export function typicalImage(system: System, variant: SystemVariant): BootableImage {
  const { machines = ['x86-64'], bootProtocols = [], format = 'elf64', kludge = false } = variant;
  const found = { variant: variant.id, because: 'by its data', offset: 0 };
  return {
    name: variant.files ?? system.title,
    format,
    machine: machines.length === 1 ? machines[0] : undefined,
    bootProtocols,
    multiboot1: bootProtocols.includes('multiboot1') ? { kludge: kludge ? true : undefined } : undefined,
    system: recogniseWith({} as never, [{ ...system, recognise: () => found }]),
  };
}

/** From weak to strong. */
const PROOFS: readonly Proof[] = ['none', 'documented-layout', 'real-file', 'tried', 'booted'];

function rowsOf(system: System, columns: readonly Platform[]): TableRow[] {
  const rows = new Map<string, SystemVariant[]>();
  for (const variant of system.variants ?? []) {
    const title = variant.row ?? variant.title ?? `${system.title} ${variant.id}`;
    rows.set(title, [...(rows.get(title) ?? []), variant]);
  }
  return [...rows].map(([title, variants]) => ({
    title,
    system,
    variants,
    cells: columns.map((platform) => bestCell(system, variants, platform)),
    proof: variants
      .map(({ proof = 'none' }) => proof)
      .reduce((a, b) => (PROOFS.indexOf(b) > PROOFS.indexOf(a) ? b : a)),
  }));
}

function bestCell(system: System, variants: readonly SystemVariant[], platform: Platform): TableCell {
  const cells = variants.map((variant) => ({
    ...compatibilityOf(typicalImage(system, variant), platform),
    platform,
    variant,
  }));
  return cells.reduce((best, cell) => (isBetter(cell, best) ? cell : best));
}

/** Of two that are refused, the one that would at least be started has the reason of interest. */
function isBetter(cell: TableCell, best: TableCell): boolean {
  if (cell.verdict !== best.verdict) return worse(best.verdict, cell.verdict);
  return cell.protocol !== undefined && best.protocol === undefined;
}

function byTitle(a: TableRow, b: TableRow): number {
  return a.title.localeCompare(b.title, 'en');
}
