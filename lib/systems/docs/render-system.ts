import { describeProtocols } from '../compatibility';
import { listDevices } from '../device';
import type { DocumentedSystem, Drivers, SystemVariant, VersionedDrivers } from '../system';
import { capitalised, code, markdownTable } from './markdown';

/** The section of one system: what it is, its kinds of images, and who says so. */
export function renderSystem({ title, id, about, variants }: DocumentedSystem): string {
  const facts = [
    ['Language', about.language],
    ['Licence', about.licence],
    ['Status', about.status],
    ['Recognised by', about.recognition],
    ['User data', about.userData],
    ['Console', about.console],
    ['Built by', about.build],
  ].map(([name, text]) => `- **${name}**: ${text}`);
  return [
    `### ${title}`,
    [...facts, `- **Name**: ${code(id)}`].join('\n'),
    markdownTable(
      ['Image', 'Files', 'Boots by', 'Drives', 'Disk', 'Memory', 'Proof'],
      variants.map((variant) => variantRow(variant)),
    ),
    argumentsOf(variants),
    ...doubtsOf(variants),
    `Sources:\n\n${about.sources.map(([claim, source]) => `- ${capitalised(claim)} (${source})`).join('\n')}`,
  ].join('\n\n');
}

function variantRow(variant: SystemVariant): string[] {
  const { id, title, files, bootProtocols = [], cannotBoot, drivers, needsDisk, memoryMib, proof } = variant;
  return [
    title ?? id,
    files ?? '',
    cannotBoot === undefined ? describeProtocols(bootProtocols) : 'nothing by itself',
    driversText(drivers),
    needsDisk ? 'needed' : '',
    memoryMib === undefined ? '' : `${memoryMib} MiB`,
    (proof ?? 'none').replace('-', ' '),
  ];
}

function driversText(drivers: SystemVariant['drivers']): string {
  if (drivers === undefined) return 'not known';
  const sets: readonly (Drivers | VersionedDrivers)[] = 'has' in drivers ? [drivers] : drivers;
  return sets
    .map((set) => {
      const below = 'below' in set && set.below !== undefined ? `before ${set.below}: ` : '';
      return `${below}${listDevices(set.has, set.maybe)}`;
    })
    .join('; later: ');
}

/** Variants that take them alike share a line. */
function argumentsOf(variants: readonly SystemVariant[]): string {
  const texts = [...new Set(variants.map((variant) => variant.arguments))].filter(
    (text) => text !== undefined,
  );
  const lines = texts.map((text) => {
    const those = variants.filter((variant) => variant.arguments === text);
    const names = those.length === variants.length ? '' : ` (${those.map(({ id }) => id).join(', ')})`;
    return `- **Arguments**${names}: ${text}`;
  });
  return lines.join('\n');
}

function doubtsOf(variants: readonly SystemVariant[]): string[] {
  const lines = variants.flatMap(({ id, cannotBoot, bootProtocols = [], faults = {} }) => [
    ...(cannotBoot === undefined ? [] : [`- ${id}: ${cannotBoot}`]),
    ...Object.entries(faults)
      .filter(([protocol]) => bootProtocols.includes(protocol as never))
      .map(
        ([protocol, { verdict, because }]) =>
          `- ${id}, by ${describeProtocols([protocol as never])}: ${verdict === 'no' ? 'no' : 'not known'}, ${because}`,
      ),
  ]);
  return lines.length === 0 ? [] : [lines.join('\n')];
}
