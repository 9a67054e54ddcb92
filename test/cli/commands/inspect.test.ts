import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from '../../../lib/cli/commands/inspect';
import { runCommandLine } from '../../../lib/cli/program';
import * as images from '../../fixtures/images';
import { buildQcow2 } from '../../fixtures/qcow2';
import { contextIn, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();

async function inspected(name: string, bytes: Buffer, options: { json?: boolean; digest?: boolean } = {}) {
  await writeFile(join(folder(), name), bytes);
  const context = contextIn(folder());
  expect(await inspect({ file: name, ...options }, context)).toBe(0);
  return context.host.outText;
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a person reads what it is, why, and where it runs', async () => {
  const kernel = images.solo5(3);
  const lines = (await inspected('web.virtio', kernel)).split('\n');
  expect(lines.slice(0, 11)).toEqual([
    'web.virtio',
    '  system     Solo5 virtio',
    '  format     64 bit ELF',
    '  machine    x86-64',
    '  starts by  multiboot',
    expect.stringMatching(/^ {2}drives {5}.*virtio-net/),
    '  arguments  on its command line, whose first word it skips',
    `  size       ${kernel.length} bytes`,
    '  memory     96 bytes from 0x100000',
    `  sha256     ${sha256(kernel)}`,
    '',
  ]);
  expect(lines.slice(11, 16)).toEqual([
    'Why',
    '    0x0  ELF, 64 bit, for x86-64',
    '   0xb0  multiboot header, flags 0x10000, with load addresses',
    expect.stringMatching(/^ {2}0x124 {2}ELF note 'Solo5'/),
    '',
  ]);
  expect(lines).toContain('Where it runs');
  expect(lines.find((line) => line.includes('AWS Nitro'))).toMatch(/^ {2}✗ AWS Nitro .*ENA/);
  expect(lines.find((line) => line.includes('QEMU from a disk'))).toMatch(/^ {2}✓ QEMU from a disk .*GRUB/);
});

test('no line is wider than 100 columns, whatever an image drives', async () => {
  const text = await inspected('web.img', images.osvDisk());
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(text).toMatch(/\n {2}drives {5}virtio-net, .*\n {13}\S/);
});

test('the devices of a Solo5 manifest are shown', async () => {
  expect(await inspected('two.virtio', images.solo5(3, [2, 2, 1]))).toContain(
    '  asks for   2 network cards and 1 disk\n',
  );
  expect(await inspected('none.virtio', images.solo5(3, []))).toContain(
    '  asks for   no network card and no disk\n',
  );
  expect(await inspected('old.virtio', images.solo5(3))).not.toContain('asks for');
});

test('a disk shows the kernel in it, and the arguments that it has', async () => {
  const text = await inspected('web.qcow2', buildQcow2({ content: images.forgedDisk() }));
  expect(text).toContain('  system     Solo5 virtio\n  format     qcow2 disk\n');
  expect(text).toContain('  arguments  fixed when it was built\n');
  expect(text).toContain('  has        "--greeting=hello world"\n');
  expect(text).toContain('  disk size  1 MiB (1,049,088 bytes)\n');
  expect(text).toContain(
    '\nInside: the disk inside\n  system     Solo5 virtio\n  format     raw disk (MBR)\n',
  );
  expect(text).toContain("  0x80000  GRUB's configuration: kernel 2048+1\n");
  expect(text).toContain(
    '\nInside: the kernel at sector 2048\n  system     Solo5 virtio\n  format     64 bit ELF\n',
  );
});

test('a file that is no image is an answer too', async () => {
  const text = await inspected('web.txt', Buffer.from('#!/bin/sh\n'));
  expect(text).toContain('  system     none that is known\n  format     a script\n  machine    not said\n');
  expect(text).toContain('  starts by  nothing that is known\n');
  expect(text).not.toContain('Where it runs');
});

test('a program that nothing starts is called what it is', async () => {
  const text = await inspected('web', images.linuxProgram());
  expect(text).toContain('  format     64 bit ELF\n');
  expect(text).toContain(
    '  starts by  nothing: it is an ordinary Linux program, which needs an operating system under it\n',
  );
});

test('texts of an image do not steer the terminal', async () => {
  const disk = images.forgedDisk(images.solo5(3), "'\x1b[31mred\x07' 'a\x9bb'");
  const text = await inspected('web.raw', disk);
  expect(text).toContain('  has        \\x1b[31mred\\x07 a\\x9bb\n');
  expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
});

test('a script reads the same as JSON, with every member there', async () => {
  const disk = images.forgedDisk();
  const report = JSON.parse(await inspected('web.raw', disk, { json: true }));
  expect(report).toMatchObject({
    name: 'web.raw',
    size: disk.length,
    virtualSize: null,
    format: 'mbr-disk',
    machine: 'x86-64',
    bootProtocols: ['bios-disk'],
    system: { id: 'solo5', title: 'Solo5', variant: 'virtio', argumentStyle: 'fixed', cannotBoot: null },
    commandLine: '"--greeting=hello world"',
    memory: null,
    warnings: [],
    lookalike: null,
    sha256: sha256(disk),
    contains: { format: 'elf64', memory: { low: 0x100000, size: 96 }, contains: null },
  });
  expect(report.evidence[0]).toEqual({ offset: 510, fact: 'boot signature 55 AA' });
  expect(report.platforms.map(({ id }: { id: string }) => id)).toEqual(
    expect.arrayContaining(['aws-nitro', 'qemu-disk']),
  );
  expect(Object.keys(report.contains).sort()).toEqual(
    Object.keys(report)
      .filter((key) => key !== 'sha256' && key !== 'platforms')
      .sort(),
  );
});

test('the digest can be left out', async () => {
  const report = JSON.parse(
    await inspected('web.elf', images.multibootKernel(), { json: true, digest: false }),
  );
  expect(report.sha256).toBeNull();
  expect(await inspected('web.elf', images.multibootKernel(), { digest: false })).not.toContain('sha256');
});

test('the command takes the options', async () => {
  await writeFile(join(folder(), 'web.elf'), images.unikraft());
  const context = contextIn(folder());
  expect(await runCommandLine(['inspect', 'web.elf', '--json', '--no-digest'], context)).toBe(0);
  expect(JSON.parse(context.host.outText)).toMatchObject({ name: 'web.elf', sha256: null });
});

test('refuses what cannot be read, with 1 and the reason', async () => {
  const context = contextIn(folder());
  expect(await runCommandLine(['inspect', 'missing.elf'], context)).toBe(1);
  expect(context.host.errText).toContain(
    `error: there is no image at '${join(folder(), 'missing.elf')}'\nremedy: `,
  );
  execFileSync('mkfifo', [join(folder(), 'pipe')]);
  await expect(inspect({ file: 'pipe' }, contextIn(folder()))).rejects.toMatchObject({
    code: 'image.not-a-file',
  });
});

test('ends without an answer when it is interrupted', async () => {
  await writeFile(join(folder(), 'web.elf'), images.unikraft());
  const context = contextIn(folder());
  context.interrupts.notify();
  await expect(inspect({ file: 'web.elf' }, context)).rejects.toMatchObject({ code: 'cli.interrupted' });
  expect(context.host.outText).toBe('');
});
