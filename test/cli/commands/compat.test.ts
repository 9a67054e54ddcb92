import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compat } from '../../../lib/cli/commands/compat';
import { platforms, systems } from '../../../lib/systems';
import * as images from '../../fixtures/images';
import { contextIn, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();

/** The columns are named in two lines. */
const HEADING = 2;

async function run(options: Parameters<typeof compat>[0]) {
  const context = contextIn(folder());
  const exitCode = await compat(options, context);
  return { exitCode, text: context.host.outText, lines: context.host.outText.split('\n') };
}

async function imageFile(name: string, bytes: Buffer): Promise<string> {
  await writeFile(join(folder(), name), bytes);
  return name;
}

test('the table has a row of answers for every system and is at most 100 columns wide', async () => {
  const { exitCode, lines } = await run({});
  expect(exitCode).toBe(0);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
  const rows = lines.slice(HEADING, lines.indexOf(''));
  expect(rows.length).toBeGreaterThanOrEqual(systems.length);
  for (const row of rows) {
    expect(row.slice(22).match(/yes|no|\?/g)).toHaveLength(platforms.length);
  }
  expect(rows).toContainEqual(
    expect.stringMatching(/^Solo5 virtio +no \d+ +no \d+ +no \d+ +yes G +no \d+ +yes +yes G +no \d+ /),
  );
});

test('every number in the table has its reason below', async () => {
  const { lines } = await run({});
  const rows = lines.slice(HEADING, lines.indexOf('')).map((row) => row.slice(22));
  const used = new Set(
    rows.flatMap((row) => [...row.matchAll(/(?:no|\?\w?) (\d+)/g)].map(([, number]) => number)),
  );
  const given = lines.flatMap((line) => /^ ?(\d+) {2}\S/.exec(line)?.[1] ?? []);
  expect([...used].sort()).toEqual([...given].sort());
  expect(given.length).toBeGreaterThan(10);
});

test('one platform, or one instance type, is a table of one column', async () => {
  const { lines } = await run({ platform: 'aws-nitro' });
  expect(lines).toContainEqual(expect.stringMatching(/^Nanos +yes$/));
  expect((await run({ platform: 'e2-micro' })).lines).toContainEqual(
    expect.stringMatching(/^Solo5 virtio +yes G$/),
  );
  expect((await run({ platform: 'm1.small' })).lines).toContainEqual(expect.stringMatching(/^HaLVM +yes P$/));
});

test('for programs the table is JSON with a reason for every no', async () => {
  const { text } = await run({ json: true });
  const { platforms: columns, rows } = JSON.parse(text);
  expect(columns.map(({ id }: { id: string }) => id)).toEqual(platforms.map(({ id }) => id));
  const nanos = rows.find(({ row }: { row: string }) => row === 'Nanos');
  expect(nanos).toMatchObject({ system: 'nanos', proof: expect.any(String) });
  expect(nanos.cells[2]).toEqual({
    platform: 'aws-nitro',
    verdict: 'yes',
    how: 'as it is',
    layout: null,
    reasons: [],
  });
  expect(nanos.cells[0]).toMatchObject({
    verdict: 'no',
    how: null,
    reasons: ['boots by BIOS only; AWS Xen PV boots by Xen PV'],
  });
});

test('a file gets one line for each platform, with the whole reason, and a summary', async () => {
  const file = await imageFile('web.virtio', images.solo5(3));
  const { exitCode, text, lines } = await run({ file });
  expect(exitCode).toBe(0);
  expect(lines.slice(0, 3)).toEqual([
    'web.virtio  Solo5 virtio, x86-64',
    '  boots by  multiboot',
    '  drives    legacy virtio-net and legacy virtio-blk',
  ]);
  expect(text).toContain(
    '✗ AWS Nitro                        drives legacy virtio-net only; AWS Nitro offers ENA\n',
  );
  expect(text).toContain('✓ GCE first and second generation  through a GRUB disk\n');
  expect(text).toMatch(/\nRuns on GCE n1, f1, g1, e2 and others; or QEMU\.\n$/);
});

test('a file that is refused for two reasons gets a line for each', async () => {
  const file = await imageFile('web.virtio', images.solo5(3));
  const { lines } = await run({ file });
  const at = lines.findIndex((line) => line.startsWith('✗ Firecracker'));
  expect(lines.slice(at, at + 4)).toEqual([
    "✗ Firecracker                      boots by multiboot only; Firecracker boots by PVH or Linux' 64",
    '                                   bit entry',
    '                                   drives legacy virtio-net only; Firecracker offers virtio-net over',
    '                                   MMIO and virtio-vsock over MMIO',
  ]);
});

test('a file that does not run on the platform that was asked for fails', async () => {
  const file = await imageFile('web.virtio', images.solo5(3));
  const { exitCode, text } = await run({ file, platform: 't3.nano' });
  expect(exitCode).toBe(1);
  expect(text).toContain(
    '✗ AWS t3.nano (Nitro)  drives legacy virtio-net only; AWS t3.nano (Nitro) offers ENA',
  );
  expect((await run({ file, platform: 'e2-micro' })).exitCode).toBe(0);
});

test('of a file that is no image it is said what it is instead, and it fails', async () => {
  for (const [bytes, what] of [
    [Buffer.from('#!/bin/sh\n'), 'a script'],
    [images.linuxProgram(), 'an ordinary Linux program, which needs an operating system under it'],
  ] as const) {
    const { exitCode, text } = await run({ file: await imageFile('web', bytes) });
    expect(exitCode).toBe(1);
    expect(text).toBe(`web  ${what}\n\nRuns on nothing that Kiln knows.\n`);
  }
});

test('what is not known is said so, and fails nothing', async () => {
  const file = await imageFile('own.elf', images.multibootKernel());
  const { exitCode, text } = await run({ file, platform: 't3.nano' });
  expect(exitCode).toBe(0);
  expect(text).toContain(
    `? AWS t3.nano (Nitro)  perhaps through a GRUB disk\n${' '.repeat(23)}drives devices that are not known\n`,
  );
  expect(text).toContain("Nowhere is it known to run; 'drivers' on the image says what Kiln does not know.");
});

test('for programs a file is JSON', async () => {
  const file = await imageFile('web.img', images.osvDisk());
  const { text } = await run({ file, json: true, platform: 'c3-standard-4' });
  expect(JSON.parse(text)).toMatchObject({
    name: 'web.img',
    format: 'mbr-disk',
    system: { id: 'osv', variant: 'disk', needsDisk: true },
    platforms: [{ id: 'gce-c3-standard-4', title: 'GCE c3-standard-4', verdict: 'no' }],
    runsOn: expect.stringContaining('AWS t3'),
  });
});

test('refuses a platform that there is not', async () => {
  await expect(run({ platform: 'azure' })).rejects.toThrow("there is no platform 'azure'");
  await expect(run({ platform: 't99.nano' })).rejects.toThrow(
    "Kiln does not know the EC2 family 't99' of 't99.nano'",
  );
});

test('refuses a file that is not there', async () => {
  await expect(run({ file: 'missing.elf' })).rejects.toMatchObject({ code: 'image.missing' });
});
