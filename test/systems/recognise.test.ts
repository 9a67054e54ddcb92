import { bufferReader, inspectImage } from '../../lib/image';
import { type System, systems } from '../../lib/systems';
import { buildElf, PT_LOAD } from '../fixtures/elf-builder';
import * as images from '../fixtures/images';
import { miniOs, SYSTEM_FILES, xenGuest } from '../fixtures/systems';

const variants = systems.flatMap((system) => system.variants.map((variant) => ({ system, variant })));

function recognised(bytes: Buffer) {
  return inspectImage(bufferReader(bytes)).system;
}

test.each(Object.entries(SYSTEM_FILES))('%s is recognised', (name, file) => {
  const { id, variant, because } = recognised(file()) ?? {};
  expect(`${id} ${variant}`).toBe(name);
  expect(because).not.toBe('');
});

test('a proof is claimed by what is recognised here, and by nothing else', () => {
  const claimed = variants.filter(({ variant }) => variant.proof !== 'none');
  expect(claimed.map(({ system, variant }) => `${system.id} ${variant.id}`).sort()).toEqual(
    Object.keys(SYSTEM_FILES).sort(),
  );
});

test('what a file offers is what the data says of its kind', () => {
  const faults = variants.flatMap(({ system, variant }) => {
    const file = SYSTEM_FILES[`${system.id} ${variant.id}`];
    if (!file || variant.cannotBoot !== undefined) return [];
    const { bootProtocols, format, machine = 'x86-64' } = inspectImage(bufferReader(file()));
    const { bootProtocols: known = [], machines = ['x86-64'] } = variant;
    const unknown = bootProtocols.filter((protocol) => !known.includes(protocol));
    const fits = unknown.length === 0 && machines.includes(machine === 'x86' ? 'x86-64' : machine);
    const sameFormat = format === (variant.format ?? 'elf64');
    return fits && sameFormat
      ? []
      : [`${system.id} ${variant.id}: ${format}, ${machine}, ${unknown.join(' ')}`];
  });
  expect(faults).toEqual([]);
});

test('a Mini-OS that is neither Rumprun nor ClickOS is no known system', () => {
  expect(recognised(miniOs('FromDevice'))).toMatchObject({ id: 'generic', title: 'Xen PV kernel' });
  expect(recognised(xenGuest('Mini-OS'))).toMatchObject({ id: 'generic' });
});

test('a Mini-OS with the marks of both is Rumprun, whose mark is the surer one', () => {
  expect(recognised(miniOs('_RUMPRUN_ROOTFSCFG=\0', 'FromDevice\0ToDevice'))).toMatchObject({
    id: 'rumprun',
  });
});

test('a Solo5 build of Rumprun is Solo5', () => {
  const banner = { type: PT_LOAD, bytes: Buffer.from('rump kernel bare metal bootstrap') };
  const bytes = Buffer.concat([images.solo5(3), banner.bytes]);
  expect(recognised(bytes)).toMatchObject({ id: 'solo5', variant: 'virtio', dropsFirstWord: true });
  expect(recognised(buildElf({ segments: [banner] }))).toBeUndefined();
});

test("a Solo5 manifest's devices are counted, and one that is cut off or of another version is none", () => {
  expect(recognised(images.solo5(3, [2, 1, 1]))).toMatchObject({ asksFor: { networks: 1, disks: 2 } });
  expect(recognised(images.solo5(3, []))).toMatchObject({ asksFor: { networks: 0, disks: 0 } });
  expect(recognised(images.solo5(3))).not.toHaveProperty('asksFor');
  const manifest = images.solo5Manifest([2]);
  for (const field of [4, 8]) {
    const bytes = images.solo5(3, [2]);
    bytes.writeUInt32LE(99, bytes.indexOf(manifest) + field);
    expect(recognised(bytes)).not.toHaveProperty('asksFor');
  }
});

test.each([6, 7])("record %i of Unikraft's library information is its version", (record) => {
  const bytes = images.unikraft();
  bytes.writeUInt16LE(record, bytes.indexOf('0.16.3~abc') - 6);
  expect(recognised(bytes)).toMatchObject({ version: '0.16.3~abc', dropsFirstWord: true });
});

test('a mark without what belongs to it is none', () => {
  expect(recognised(buildElf({ segments: [{ type: PT_LOAD, bytes: Buffer.from('GOOS=tamago') }] }))?.id).toBe(
    'tamago',
  );
  expect(recognised(Buffer.from('GOOS=tamago'))).toBeUndefined();
  expect(
    recognised(buildElf({ segments: [{ type: PT_LOAD, bytes: Buffer.from('[LOADER]') }] })),
  ).toBeUndefined();
  expect(recognised(Buffer.from('Loading Toro ...'))).toBeUndefined();
});

test('a Solo5 target that is newer than Kiln is Solo5 of which nothing is known', () => {
  const system = recognised(images.solo5(9));
  expect(system).toMatchObject({ id: 'solo5', variant: 'target 9', drivers: undefined, needsDisk: false });
});

test("TamaGo's PVH note is one, although its owner is Go", () => {
  const image = inspectImage(bufferReader(SYSTEM_FILES['tamago microvm']!()));
  expect(image.bootProtocols).toEqual(['pvh']);
  expect(image.evidence.map(({ fact }) => fact)).toContain("ELF note 'Go' 18, the PVH entry at 0x100000");
});

test('what is known of a variant comes with it', () => {
  expect(recognised(images.osvDisk())).toMatchObject({
    needsDisk: true,
    argumentStyle: 'disk-field',
    memoryMib: 256,
    drivers: expect.arrayContaining(['ena', 'nvme', 'virtio-net-legacy']),
  });
  expect(recognised(images.unikraft())).toMatchObject({
    version: '0.16.3~abc',
    drivers: ['virtio-net-legacy', 'virtio-blk-legacy'],
    maybeDrivers: ['virtio-net-mmio', 'virtio-blk-mmio'],
  });
});

test('every system says what people want to know, with a source for it', () => {
  const faults = (systems as readonly System[]).filter(
    ({ about, variants = [] }) =>
      !about ||
      Object.values(about).some((text) => text.length === 0) ||
      about.sources.some(([claim, source]) => claim === '' || source === '') ||
      variants.some(({ files, arguments: words, drivers }) => !files || !words || !drivers),
  );
  expect(faults.map(({ id }) => id)).toEqual([]);
});
