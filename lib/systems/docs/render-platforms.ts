import { describeProtocols } from '../compatibility';
import { listDevices } from '../device';
import type { Doubt, Platform, PlatformBoot } from '../platforms';
import { FORGE_LAYOUTS } from '../platforms';
import { code, markdownTable } from './markdown';

/** What each platform starts and offers, and who says so. */
export function renderPlatforms(platforms: readonly Platform[]): string {
  const rows = platforms.map((platform) => [
    platform.title,
    code(platform.id),
    platform.boots.map((boot) => startsOf(boot)).join('; '),
    listDevices(platform.networks, platform.maybeNetworks),
    listDevices(platform.disks, platform.maybeDisks),
  ]);
  const notes = platforms
    .filter(({ caveat }) => caveat !== undefined)
    .map(({ title, caveat }) => `${title}: ${caveat}.`);
  const sources = platforms.map(({ title, sources }) => `- ${title}: ${sources.join(', ')}`);
  return [
    markdownTable(['Platform', 'Name', 'Starts', 'Network', 'Disk'], rows),
    ...notes,
    `Sources:\n\n${sources.join('\n')}`,
  ].join('\n\n');
}

function startsOf({ machine, accepts, maybe = {}, forges }: PlatformBoot): string {
  const doubts = Object.entries(maybe as Readonly<Record<string, Doubt>>).map(
    ([protocol, { because }]) => `perhaps ${describeProtocols([protocol as never])} (${because})`,
  );
  const made = forges.map((layout) => FORGE_LAYOUTS[layout].how.replace('through ', ''));
  const direct = accepts.length === 0 ? [] : [describeProtocols(accepts)];
  const all = [...direct, ...doubts, ...(made.length > 0 ? [`${made.join(' and ')} of Kiln's making`] : [])];
  return `${machine}: ${all.join('; ')}`;
}
