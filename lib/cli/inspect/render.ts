import type { Style } from '../../io/host';
import { printable } from '../../io/printable';
import { type BootProtocol, type Device, describeProtocols, listDevices } from '../../systems';
import { renderPlatforms } from '../compat/render-platforms';
import { indented } from '../compat/wrap';
import type { ContentReport, InspectReport, SystemReport } from './report';

/** Text is not wrapped wider than this. */
const WIDTH = 100;
const INDENT = '  ';

/** What a person reads: what it is, why, and where it runs. */
export function renderReport(report: InspectReport, style: Style): string[] {
  const digest: Row[] = report.sha256 === null ? [] : [['sha256', report.sha256]];
  return [
    style.bold(printable(report.name)),
    ...table([...rowsOf(report), ...digest], style),
    ...warningsOf(report, style),
    '',
    ...why(report, style),
    ...where(report, style),
  ];
}

type Row = readonly [name: string, value: string];

const FORMATS: Readonly<Record<string, string>> = {
  elf32: '32 bit ELF',
  elf64: '64 bit ELF',
  bzimage: 'Linux bzImage',
  'arm64-image': 'arm64 kernel Image',
  qcow2: 'qcow2 disk',
  'mbr-disk': 'raw disk (MBR)',
  'gpt-disk': 'raw disk (GPT)',
  'uefi-app': 'UEFI application',
  flat: 'flat binary with a multiboot header',
};

const ARGUMENTS: Readonly<Record<string, string>> = {
  'command-line': 'on its command line',
  'disk-field': 'in a field of its disk',
  xenstore: 'from Xenstore',
  fixed: 'fixed when it was built',
};

function rowsOf(image: ContentReport): Row[] {
  const { system, memory } = image;
  const rows: Row[] = [
    ['system', system ? titleOf(system) : 'none that is known'],
    ['format', FORMATS[image.format] ?? image.lookalike ?? image.format],
    ['machine', image.machine ?? 'not said'],
    ['starts by', startsBy(image)],
  ];
  if (system) rows.push(['drives', drivesOf(system)]);
  if (system?.asksFor) rows.push(['asks for', listCounts(system.asksFor)]);
  if (system) rows.push(['arguments', argumentsOf(system)]);
  if (image.commandLine !== null) rows.push(['has', image.commandLine === '' ? 'none' : image.commandLine]);
  rows.push(['size', sizeOf(image.size)]);
  if (image.virtualSize !== null) rows.push(['disk size', sizeOf(image.virtualSize)]);
  if (memory) {
    const at = memory.low === null ? '' : ` from 0x${memory.low.toString(16)}`;
    rows.push(['memory', `${sizeOf(memory.size)}${at}`]);
  }
  return rows;
}

function titleOf({ title, variant, version }: SystemReport): string {
  return [title, variant, version].filter((part) => part !== null).join(' ');
}

function startsBy({ bootProtocols, system, format, lookalike }: ContentReport): string {
  if (system?.cannotBoot) return `nothing of its own: ${system.cannotBoot}`;
  if (bootProtocols.length === 0) {
    return format === 'unknown' || lookalike === null
      ? 'nothing that is known'
      : `nothing: it is ${lookalike}`;
  }
  return describeProtocols(bootProtocols as BootProtocol[]);
}

function drivesOf({ drivers, maybeDrivers }: SystemReport): string {
  return drivers === null ? 'not known' : listDevices(drivers as Device[], maybeDrivers as Device[]);
}

function listCounts({ networks, disks }: NonNullable<SystemReport['asksFor']>): string {
  const count = (number: number, name: string) => `${number || 'no'} ${name}${number > 1 ? 's' : ''}`;
  return `${count(networks, 'network card')} and ${count(disks, 'disk')}`;
}

function argumentsOf({ argumentStyle, dropsFirstWord }: SystemReport): string {
  const style = ARGUMENTS[argumentStyle] ?? argumentStyle;
  return dropsFirstWord ? `${style}, whose first word it skips` : style;
}

/** `40.6 KiB (41,608 bytes)`. */
export function sizeOf(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
  const power = Math.min(Math.floor(Math.log2(Math.max(1, bytes)) / 10), units.length);
  const exact = `${bytes.toLocaleString('en')} bytes`;
  if (power === 0) return exact;
  const rounded = (bytes / 1024 ** power).toLocaleString('en', { maximumFractionDigits: 1 });
  return `${rounded} ${units[power - 1]} (${exact})`;
}

function warningsOf({ warnings }: ContentReport, style: Style): string[] {
  return warnings.map((warning) => `  ${style.yellow('!')} ${printable(warning)}`);
}

function why(image: ContentReport, style: Style): string[] {
  const facts = factsOf(image, style);
  const own = facts.length === 0 ? [] : [style.bold('Why'), ...facts, ''];
  return image.contains ? [...own, ...inside(image.contains, image.name, style)] : own;
}

/** What is inside is called by the file's name and what follows it, of which only that is new. */
function inside(image: ContentReport, outer: string, style: Style): string[] {
  const name = image.name.startsWith(outer)
    ? image.name.slice(outer.length).replace(/^[,:] ?/, '')
    : image.name;
  const rows = rowsOf(image).filter(([row]) => !['drives', 'asks for', 'arguments', 'has'].includes(row));
  return [
    `${style.bold('Inside:')} ${printable(name)}`,
    ...table(rows, style),
    ...warningsOf(image, style),
    ...factsOf(image, style),
    '',
    ...(image.contains ? inside(image.contains, image.name, style) : []),
  ];
}

function factsOf({ evidence }: ContentReport, style: Style): string[] {
  const width = Math.max(...evidence.map(({ offset }) => hex(offset).length), 0);
  return evidence.map(
    ({ offset, fact }) => `  ${style.dim(hex(offset).padStart(width))}  ${printable(fact)}`,
  );
}

function where({ platforms, bootProtocols }: InspectReport, style: Style): string[] {
  if (bootProtocols.length === 0) return [];
  const lines = renderPlatforms(platforms, WIDTH - INDENT.length, style);
  return [style.bold('Where it runs'), ...lines.map((line) => `${INDENT}${line}`)];
}

function table(rows: readonly Row[], style: Style): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.flatMap(([name, value]) => {
    const head = `${INDENT}${name.padEnd(width)}  `;
    const [first = '', ...rest] = indented(head, printable(value), WIDTH);
    return [`${style.dim(head)}${first.slice(head.length)}`, ...rest];
  });
}

function hex(offset: number): string {
  return `0x${offset.toString(16)}`;
}
