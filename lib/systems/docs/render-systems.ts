import { systems } from '../all';
import { compatibilityTable, withFootnotes } from '../compatibility';
import { AWS_FAMILIES, ENA_SIZES, GOOGLE_SERIES } from '../instances';
import { platforms } from '../platforms';
import type { DocumentedSystem } from '../system';
import { code, markdownTable } from './markdown';
import { renderPlatforms } from './render-platforms';
import { renderSystem } from './render-system';

const PREFACE = `<!-- Made from the data in lib/systems by \`npx tsx scripts/systems-docs.ts\`; a test fails when they differ. -->

# Systems, and where they run

What runs where is computed: an image's boot protocols and the disks that Kiln makes of it, its machine, and what it drives,
against what a platform starts and offers. \`kiln compat\` prints this table, \`kiln compat FILE\` the answer for one image, and a
stack refuses at synth an image that cannot run where it is sent. What is not known is not refused.

A network card decides more often than a disk: a kernel that is wholly in memory needs no driver for the disk that it came
from. Where Kiln does not know a system, or not well enough, \`systems: [...]\` on the stack and \`drivers: [...]\` on the image say
what is true; neither is part of an image's digest.`;

const OWN_SYSTEM = `Whoever knows an image better than Kiln says so in the app. A system that is given is looked for before those below; one with
the id of a known system takes its place. Devices have the names that \`kiln compat --json\` prints.

\`\`\`ts
import { findSystem, type System, UnikernelImage } from 'kiln-cdk';
import { LocalStack } from 'kiln-cdk/stacks';

const toy: System = {
  id: 'toy',
  title: 'Toy OS',
  recognise: (facts) => {
    const offset = facts.find('Toy OS 1.');
    return offset === undefined ? undefined : { because: "the text 'Toy OS 1.'", offset };
  },
  variants: [{ id: 'any', drivers: { has: ['virtio-net', 'ena'] } }],
};
// A known system, corrected: this build of Unikraft drives modern virtio as well.
const unikraft = findSystem('unikraft');
const ours: System = {
  ...unikraft,
  variants: unikraft.variants.map((variant) =>
    variant.id === 'qemu' ? { ...variant, drivers: { has: ['virtio-net-legacy', 'virtio-net'] } } : variant,
  ),
};
const stack = new LocalStack(app, 'shop', { systems: [toy, ours] });
// Or for one image alone:
const image = UnikernelImage.fromKernel('build/web.elf', { drivers: ['e1000'] });
\`\`\``;

/** The whole of \`docs/systems.md\`. */
export function renderSystemsDocument(): string {
  const sorted = [...systems].sort((a, b) => a.title.localeCompare(b.title, 'en'));
  return `${[
    PREFACE,
    '## The table',
    renderTable(),
    '## Platforms',
    renderPlatforms(platforms),
    '## Instance types of EC2',
    renderAws(),
    '## Machine series of Compute Engine',
    renderGoogle(),
    '## A system of your own',
    OWN_SYSTEM,
    '## Systems',
    "What a row rests on: **booted**, real images of its kind are booted by this repository's tests; **tried**, one was booted " +
      'with Kiln by hand, as its sources say; **real file**, one was recognised by hand; **documented layout**, the tests ' +
      'recognise a file made from the documented layout; **none**, no bytes tell it. ' +
      'The memory is what Kiln gives where nobody says otherwise: its choice, not a limit of the system.',
    ...sorted.map((system: DocumentedSystem) => renderSystem(system)),
  ].join('\n\n')}\n`;
}

function renderTable(): string {
  const { rows, footnotes } = withFootnotes(compatibilityTable());
  const header = ['', ...platforms.map(({ column }) => columnName(column)), 'Proof'];
  const lines = rows.map(({ row, cells }) => [
    row.title,
    ...cells.map(({ sign, footnote }) => (footnote === undefined ? sign : `${sign} ${footnote}`)),
    row.proof.replace('-', ' '),
  ]);
  return [
    markdownTable(header, lines),
    'G: through a GRUB disk that Kiln makes; U: through a UEFI disk; P: through a PV-GRUB disk; otherwise the image is started as ' +
      'it is. A question mark: not known. A row is a build, which may come as several files; the file that does best counts. ' +
      'The numbers are those of the reasons:',
    footnotes.map((text, index) => `${index + 1}. ${text}`).join('\n'),
  ].join('\n\n');
}

/** In one line; some names are broken in two for the narrower table of a terminal. */
function columnName([first, second]: readonly [string, string]): string {
  return first === first.toUpperCase() || first === 'Xen' ? `${first} ${second}` : `${first}${second}`;
}

function renderAws(): string {
  const rows = AWS_FAMILIES.map(({ hypervisor, machine, firmware, ena, names, source }) => [
    { nitro: 'Nitro', 'xen-hvm': 'Xen HVM', 'xen-pv': 'Xen HVM and PV' }[hypervisor],
    machine,
    firmware.map((kind) => kind.toUpperCase()).join(', '),
    hypervisor === 'nitro' ? 'ENA' : `Xen netfront${ena ? ', ENA' : ''}`,
    hypervisor === 'nitro' ? 'NVMe' : 'Xen blkfront',
    names.join(' '),
    source,
  ]);
  return [
    markdownTable(['Hypervisor', 'Machine', 'Firmware', 'Network', 'Disk', 'Families', 'Source'], rows),
    `${ENA_SIZES.map(code).join(', ')} has ENA as well. Sizes named \`metal\` have no UEFI on x86-64, and their serial port is a PCI ` +
      'device. Mac hosts start macOS alone. Whether the families that start paravirtual images can still be launched is not ' +
      'established. A family that is newer than this list is told by one that it is like.',
  ].join('\n\n');
}

function renderGoogle(): string {
  const rows = GOOGLE_SERIES.map(({ devices, machine, firmware, unknownDisk, names, source }) => [
    machine,
    firmware.map((kind) => kind.toUpperCase()).join(', '),
    devices === 'virtio' ? 'legacy virtio-net, gVNIC' : 'gVNIC',
    unknownDisk ? 'not established' : devices === 'virtio' ? 'legacy virtio-scsi' : 'NVMe',
    names.join(' '),
    source,
  ]);
  return [
    markdownTable(['Machine', 'Firmware', 'Network', 'Disk', 'Series', 'Source'], rows),
    'Whether the virtio devices are transitional, and so also modern, is not established. gVNIC must be declared on the image.',
  ].join('\n\n');
}
