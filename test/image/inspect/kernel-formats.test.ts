import { bufferReader, inspectImage } from '../../../lib/image/inspect';
import { tryReadElf } from '../../../lib/image/inspect/elf';
import { memoryFaults, memoryOf } from '../../../lib/image/inspect/elf-memory';
import { tryFindMultiboot1, tryFindMultiboot2 } from '../../../lib/image/inspect/multiboot';
import { tryReadUefiApp } from '../../../lib/image/inspect/pe';
import {
  buildElf,
  multiboot2Header,
  multibootWords,
  note,
  PT_LOAD,
  PT_NOTE,
  u32,
} from '../../fixtures/elf-builder';
import * as images from '../../fixtures/images';
import { refusal } from '../../helpers/refusal';

const inspect = (bytes: Buffer) => inspectImage(bufferReader(bytes, 'web.img'));
const facts = (bytes: Buffer) => inspect(bytes).evidence.map(({ fact }) => fact);

describe("Linux' bzImage", () => {
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = images.bzImage();
    change(bytes);
    return bytes;
  };

  test.each([
    ['with a 64 bit entry', changed(() => undefined), 'x86-64'],
    ['without one', changed((bytes) => bytes.writeUInt16LE(0, 0x236)), 'x86'],
    ['of a protocol that does not say', changed((bytes) => bytes.writeUInt16LE(0x20a, 0x206)), 'x86'],
  ])('%s', (_, bytes, machine) => {
    expect(inspect(bytes)).toMatchObject({ format: 'bzimage', machine, bootProtocols: ['linux'] });
  });

  test('is a UEFI application as well when it has the stub, whose machine counts', () => {
    const stub = images.uefiApp();
    const bytes = changed((image) => {
      image.write('MZ', 0, 'latin1');
      image.writeUInt32LE(2048, 60);
      stub.copy(image, 2048, 128, 400);
      image.writeUInt16LE(0x20a, 0x206);
    });
    expect(inspect(bytes)).toMatchObject({ machine: 'x86-64', bootProtocols: ['linux', 'uefi'] });
    expect(facts(bytes).slice(0, 2)).toEqual([
      "Linux setup header 'HdrS', protocol 2.10",
      'a PE header: UEFI starts it as well',
    ]);
  });

  test('says the memory that it takes', () => {
    expect(inspect(changed((bytes) => bytes.writeUInt32LE(0x3000000, 0x260))).memory).toEqual({
      low: undefined,
      size: 0x3000000,
    });
  });

  test('refuses one whose kernel is cut off', () => {
    const bytes = changed((image) => {
      image[0x1f1] = 3;
      image.writeUInt32LE(0x10000, 0x1f4);
    });
    expect(refusal(() => inspect(bytes))).toEqual([
      'image.truncated',
      "the image 'web.img' is cut short or damaged: its compressed kernel should end at byte 1050624, and the file has 4096 bytes",
    ]);
    expect(refusal(() => inspect(images.bzImage().subarray(0, 0x230)))[1]).toContain(
      'its setup header should end',
    );
  });
});

describe("arm64's Image", () => {
  test.each([
    ['with the stub', images.arm64Image(), ['linux', 'uefi']],
    ['without it', images.arm64Image(false), ['linux']],
  ])('%s', (_, bytes, bootProtocols) => {
    expect(inspect(bytes)).toMatchObject({
      format: 'arm64-image',
      machine: 'arm64',
      bootProtocols,
      memory: { size: 0x1000000 },
    });
    expect(inspect(bytes).evidence[0]).toEqual({ offset: 0x38, fact: "arm64 Image magic 'ARM\\x64'" });
  });

  test('that unpacks itself is a UEFI application, and called by its name', () => {
    expect(inspect(images.zbootImage())).toMatchObject({
      format: 'uefi-app',
      machine: 'arm64',
      bootProtocols: ['uefi'],
    });
    expect(facts(images.zbootImage())).toContain("Linux EFI zboot magic 'zimg', compressed with gzip");
  });
});

describe('a UEFI application', () => {
  const named = () =>
    images.uefiApp(0x8664, { '.text': Buffer.alloc(64), '.uk_libinfo': Buffer.from('libukboot') });

  test('has sections with their whole names', () => {
    const app = tryReadUefiApp(bufferReader(named()));
    expect(app).toMatchObject({ machine: 'x86-64', offset: 128, memorySize: 0x20000 });
    expect(app?.sections.map(({ name, offset, size }) => [name, offset, size])).toEqual([
      ['.text', 1024, 64],
      ['.uk_libinfo', 1088, expect.any(Number)],
    ]);
  });

  test('that is Unikraft says its version in its data, for its sections have no names', () => {
    expect(inspect(images.unikraftEfi()).system).toMatchObject({
      id: 'unikraft',
      variant: 'efi',
      version: '0.16.3~abc',
    });
    expect(inspect(named()).system).toMatchObject({ id: 'generic' });
  });

  test('leaves out sections that lie beyond the file, and names that do', () => {
    const bytes = named();
    const first = 152 + 240;
    bytes.writeUInt32LE(0xfffffff0, first + 20);
    bytes.writeUInt32LE(0xfffffff0, 140);
    expect(tryReadUefiApp(bufferReader(bytes))?.sections.map(({ name }) => name)).toEqual(['/10']);
  });

  test('that holds a Linux kernel is Linux, with its arguments', () => {
    const unified = images.uefiApp(0x8664, {
      '.linux': images.bzImage(),
      '.cmdline': Buffer.from('console=ttyS0 "a b"\n\0'),
    });
    expect(inspect(unified)).toMatchObject({
      format: 'uefi-app',
      bootProtocols: ['uefi'],
      system: { id: 'linux', version: '6.1.0-cloud-amd64', argumentStyle: 'fixed' },
      commandLine: 'console=ttyS0 "a b"',
      contains: { name: 'web.img, the kernel in section .linux', format: 'bzimage' },
    });
    expect(inspect(images.uefiDisk({ 'EFI/BOOT/BOOTX64.EFI': unified }))).toMatchObject({
      system: { id: 'linux' },
      commandLine: 'console=ttyS0 "a b"',
      contains: { format: 'uefi-app', contains: { format: 'bzimage' } },
    });
  });

  test('that holds itself is looked into twice and no more', () => {
    const bytes = images.uefiApp(0x8664, { '.linux': Buffer.alloc(64) });
    bytes.writeUInt32LE(bytes.length, 152 + 240 + 8);
    bytes.writeUInt32LE(bytes.length, 152 + 240 + 16);
    bytes.writeUInt32LE(0, 152 + 240 + 20);
    const first = inspect(bytes).contains;
    expect(first).toMatchObject({
      format: 'uefi-app',
      contains: { format: 'uefi-app', contains: undefined },
    });
  });

  test('of another subsystem is a program of Windows', () => {
    const bytes = images.uefiApp();
    bytes.writeUInt16LE(3, 220);
    expect(inspect(bytes)).toMatchObject({ format: 'unknown', lookalike: 'a program of Windows' });
  });

  test('refuses one with more sections than there can be', () => {
    const bytes = images.uefiApp();
    bytes.writeUInt16LE(97, 134);
    expect(refusal(() => inspect(bytes))).toEqual([
      'image.damaged',
      "the image 'web.img' is damaged: it has 97 sections, and a UEFI application has at most 96",
    ]);
  });
});

describe('multiboot', () => {
  const find = (bytes: Buffer) => tryFindMultiboot1(bufferReader(bytes));
  const at = (offset: number, header: Buffer) => Buffer.concat([Buffer.alloc(offset), header]);

  test('a video mode is read', () => {
    expect(find(multibootWords(4, [0, 0, 0, 0, 0, 1, 80, 25, 0]))?.video).toEqual({
      isText: true,
      width: 80,
      height: 25,
      depth: 0,
    });
    expect(facts(images.videoKernel())[1]).toBe('multiboot header, flags 0x4, with a video mode');
  });

  test('load addresses are read', () => {
    expect(find(multibootWords(0x10000, [1, 2, 3, 4, 5]))?.kludge).toEqual({
      headerAddress: 1,
      loadAddress: 2,
      loadEnd: 3,
      bssEnd: 4,
      entry: 5,
    });
  });

  test('a header is looked for in the first 8 KiB, all of which it must lie in, at every fourth byte', () => {
    expect(find(at(8180, multibootWords(0, [])))?.offset).toBe(8180);
    expect(find(at(8184, multibootWords(0, [])))).toBeUndefined();
    expect(find(at(8180, multibootWords(0x10000, [0, 0, 0, 0, 0])))).toBeUndefined();
    expect(find(at(6, multibootWords(0, [])))).toBeUndefined();
    expect(find(at(4, u32(0x1badb002, 0, 1)))).toBeUndefined();
  });

  test('multiboot 2 says for which machine it is', () => {
    const two = (bytes: Buffer) => tryFindMultiboot2(bufferReader(bytes));
    expect(two(multiboot2Header())).toEqual({ offset: 0, architecture: 'x86', length: 24 });
    expect(two(at(32744, multiboot2Header()))?.offset).toBe(32744);
    expect(two(at(32752, multiboot2Header()))).toBeUndefined();
    const mips = buildElf({ segments: [{ type: PT_LOAD, bytes: multiboot2Header(4) }] });
    expect(inspect(mips).bootProtocols).toEqual([]);
  });

  test('a file without a format of its own is placed by its header', () => {
    const bytes = Buffer.concat([
      multibootWords(0x10000, [0x100000, 0x100000, 0, 0x101000, 0x100020]),
      Buffer.alloc(99),
    ]);
    expect(inspect(bytes)).toMatchObject({
      format: 'flat',
      machine: 'x86',
      bootProtocols: ['multiboot1'],
      memory: { low: 0x100000, size: 0x1000 },
    });
  });
});

describe('Xen', () => {
  const withNote = (type: number, data: Buffer) =>
    buildElf({
      segments: [
        { type: PT_LOAD, bytes: Buffer.alloc(64) },
        { type: PT_NOTE, bytes: note('Xen', type, data) },
      ],
    });

  test.each([
    ['4 bytes', u32(0x100020), 'the PVH entry at 0x100020'],
    ['8 bytes', u32(0x100020, 1), 'the PVH entry at 0x100100020'],
  ])('a PVH entry of %s', (_, data, fact) => {
    expect(inspect(withNote(18, data)).bootProtocols).toEqual(['pvh']);
    expect(facts(withNote(18, data))[1]).toContain(fact);
  });

  test('a PVH entry of another size is none', () => {
    for (const size of [0, 3, 5, 16])
      expect(inspect(withNote(18, Buffer.alloc(size))).bootProtocols).toEqual([]);
  });

  test('a PV guest is known by its note or its section, when that says something', () => {
    expect(inspect(withNote(8, Buffer.from('generic\0'))).bootProtocols).toEqual(['xen-pv']);
    const section = (text: string) =>
      buildElf({
        segments: [{ type: PT_LOAD, bytes: Buffer.alloc(64) }],
        sections: [{ name: '__xen_guest', type: 1, bytes: Buffer.from(text) }],
      });
    expect(inspect(section('LOADER=generic')).bootProtocols).toEqual(['xen-pv']);
    expect(inspect(section('nothing of the kind')).bootProtocols).toEqual([]);
  });

  test('what is said in a file for another machine means nothing', () => {
    const segments = [
      {
        type: PT_NOTE,
        bytes: Buffer.concat([note('Xen', 8, Buffer.from('generic\0')), note('Xen', 18, u32(1))]),
      },
    ];
    expect(inspect(buildElf({ machine: 183, segments })).bootProtocols).toEqual([]);
  });
});

test("Linux' 64 bit entry is known of Linux itself, and of Unikraft without another header", () => {
  expect(inspect(images.vmlinux()).bootProtocols).toEqual(['pvh', 'xen-pv', 'linux64']);
  expect(inspect(images.unikraftFc()).bootProtocols).toEqual(['linux64']);
  expect(inspect(images.unikraftXen()).bootProtocols).toEqual(['xen-pv']);
  expect(inspect(images.unikraft()).bootProtocols).toEqual(['multiboot1']);
});

describe('the memory of an ELF', () => {
  const load = (address: number, size: number, memorySize = size) => ({
    type: PT_LOAD,
    bytes: Buffer.concat([multibootWords(0, []), Buffer.alloc(size)]).subarray(0, size),
    address,
    memorySize,
  });
  const elf = (...segments: ReturnType<typeof load>[]) => tryReadElf(bufferReader(buildElf({ segments })))!;

  test('is from its lowest to its highest byte', () => {
    expect(memoryOf(elf(load(0x200000, 16, 0x1000), load(0x100000, 32), load(0, 0)))).toEqual({
      low: 0x100000,
      size: 0x101000,
    });
    expect(memoryOf(elf())).toBeUndefined();
  });

  test('segments that overlap or do not fit are warned of', () => {
    expect(memoryFaults(elf(load(0x1000, 32, 0x100), load(0x1080, 16)))).toEqual([
      'the segment for address 0x1000 overlaps the one for 0x1080',
    ]);
    expect(memoryFaults(elf(load(0x1000, 32, 16)))).toEqual([
      'the segment for address 0x1000 is larger in the file than in memory',
    ]);
    expect(memoryFaults(elf(load(0x1000, 32), load(0x1020, 16), load(0x1000, 0)))).toEqual([]);
    expect(inspect(buildElf({ segments: [load(0x1000, 32, 16)] })).warnings).toHaveLength(1);
  });

  test('of the size of the number range is a size as any other', () => {
    expect(memoryOf(elf(load(0x1000, 8, 2 ** 62)))?.size).toBe(2 ** 62);
  });
});
