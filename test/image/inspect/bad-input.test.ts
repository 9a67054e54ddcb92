import { appendFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { KilnError } from '../../../lib/errors';
import { bufferReader, inspectImage, openImageFile } from '../../../lib/image/inspect';
import type { System } from '../../../lib/systems';
import { corpus } from '../../fixtures/corpus';
import { buildElf, multibootWords, note, PT_LOAD, PT_NOTE } from '../../fixtures/elf-builder';
import * as images from '../../fixtures/images';
import { temporaryFolder } from '../../helpers/boot-fixture';
import { refusal } from '../../helpers/refusal';

const folder = temporaryFolder();
const inspect = (bytes: Buffer) => inspectImage(bufferReader(bytes, 'web.img'));

/** An answer, or a KilnError that says what is wrong. */
function answer(bytes: Buffer): string {
  try {
    return inspect(bytes).format;
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    return error.code;
  }
}

describe('an image cut at the border of a structure ends in an answer', () => {
  const borders = (length: number) => {
    const near = Array.from({ length: Math.min(length, 700) }, (_, index) => index);
    const sectors = Array.from({ length: Math.floor(length / 512) }, (_, index) => index * 512);
    const around = sectors.slice(0, 100).flatMap((sector) => [sector - 1, sector, sector + 1]);
    const end = [1, 8, 16, 40, 64].map((back) => length - back);
    return [...new Set([...near, ...around, ...end])].filter((at) => at >= 0 && at < length);
  };

  test.each(Object.keys(corpus))('%s', (name) => {
    const bytes = corpus[name] as Buffer;
    const outcomes = new Set(borders(bytes.length).map((at) => answer(bytes.subarray(0, at))));
    expect(outcomes).toContain('image.empty');
    expect(answer(bytes)).not.toContain('image.');
  });
});

describe('numbers in every place of a header end in an answer', () => {
  const extremes = [0, 1, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff];
  test.each(Object.keys(corpus))('%s', (name) => {
    const whole = corpus[name] as Buffer;
    // What is read of large images lies in front; a copy of all of it for each number would only take time.
    const bytes = Buffer.from(whole.subarray(0, Math.min(whole.length, 48 * 1024)));
    for (let at = 0; at + 4 <= Math.min(bytes.length, 448); at += 4) {
      const before = bytes.readUInt32LE(at);
      for (const value of extremes) {
        bytes.writeUInt32LE(value, at);
        answer(bytes);
      }
      bytes.writeUInt32LE(before, at);
    }
    expect(bytes.equals(whole.subarray(0, bytes.length))).toBe(true);
  });
});

describe('refuses an ELF', () => {
  const load = { type: PT_LOAD, bytes: Buffer.concat([multibootWords(0, []), Buffer.alloc(52)]) };
  const changed = (change: (bytes: Buffer) => void) => {
    const bytes = buildElf({
      segments: [load],
      sections: [{ name: '.text', type: 1, bytes: Buffer.alloc(8) }],
    });
    change(bytes);
    return () => inspect(bytes);
  };

  test.each([
    [
      'with more program headers than there can be',
      changed((bytes) => bytes.writeUInt16LE(0xffff, 56)),
      'image.damaged',
      'it has 65535 program headers, and a kernel has at most 4096',
    ],
    [
      'with program headers of another size',
      changed((bytes) => bytes.writeUInt16LE(32, 54)),
      'image.damaged',
      'its program headers have 32 bytes each, and 56 are expected',
    ],
    [
      'with section headers of another size',
      changed((bytes) => bytes.writeUInt16LE(40, 58)),
      'image.damaged',
      'its section headers have 40 bytes each, and 64 are expected',
    ],
    [
      'with program headers beyond its end',
      changed((bytes) => bytes.writeBigUInt64LE(1n << 40n, 32)),
      'image.truncated',
      'its 1 program headers should end at byte 1099511627832',
    ],
    [
      'with section headers beyond its end',
      changed((bytes) => bytes.writeBigUInt64LE(1n << 40n, 40)),
      'image.truncated',
      'its section headers should end at byte 1099511627968',
    ],
    [
      'with a segment of the size of the number range',
      changed((bytes) => bytes.writeBigUInt64LE(2n ** 64n - 1n, 64 + 32)),
      'image.truncated',
      'segment 0 should end far beyond it',
    ],
  ])('%s', (_, action, code, what) => {
    const [seen, message] = refusal(action);
    expect(seen).toBe(code);
    expect(message).toContain(what);
  });

  test('takes notes that are said to have 4 GiB for none', () => {
    for (const sizes of [
      [4, 0xffffffff],
      [0xffffffff, 4],
      [0xffffffff, 0xffffffff],
    ] as const) {
      const bytes = note('Xen', 18, Buffer.alloc(4));
      bytes.writeUInt32LE(sizes[0], 0);
      bytes.writeUInt32LE(sizes[1], 4);
      const image = inspect(buildElf({ segments: [load, { type: PT_NOTE, bytes }] }));
      expect(image).toMatchObject({ bootProtocols: ['multiboot1'], elf: { notes: [] } });
    }
  });

  test('warns of segments that overlap, and answers', () => {
    const image = inspect(buildElf({ segments: [load, { ...load, address: 0x100008 }] }));
    expect(image.warnings).toEqual(['the segment for address 0x100000 overlaps the one for 0x100008']);
  });

  test('reads sections and notes that name each other', () => {
    const bytes = images.unikraftXen();
    const table = Number(bytes.readBigUInt64LE(40));
    // Every section begins where the table of sections does.
    for (let at = table; at + 64 <= bytes.length; at += 64) bytes.writeBigUInt64LE(BigInt(table), at + 24);
    expect(inspect(bytes).format).toBe('elf64');
  });
});

/** As a user for whom permissions count, who root is not. */
function asNobody<T>(action: () => T): T {
  if (process.geteuid?.() !== 0) return action();
  process.seteuid?.(65534);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}

test('refuses a file that may not be read, with the reason', () => {
  const file = join(folder, 'secret.elf');
  writeFileSync(file, images.unikraft(), { mode: 0 });
  const [code, message] = asNobody(() => refusal(() => inspectImage(file)));
  expect(code).toBe('image.unreadable');
  expect(message).toContain(`the image '${file}' cannot be read: EACCES`);
});

describe('refuses what is no file', () => {
  test('a socket, a device and a chain of links without end', async () => {
    const socket = join(folder, 's');
    const server = createServer().listen(socket);
    await new Promise((resolve) => server.once('listening', resolve));
    expect(refusal(() => inspectImage(socket))[0]).toBe('image.unreadable');
    server.close();
    for (const device of ['/dev/zero', '/dev/null']) {
      expect(refusal(() => inspectImage(device))).toEqual([
        'image.not-a-file',
        `'${device}' is neither a file nor a folder, and an image is one file`,
      ]);
    }
    const link = join(folder, 'link');
    symlinkSync(link, link);
    const [code, message] = refusal(() => inspectImage(link));
    expect(code).toBe('image.unreadable');
    expect(message).toContain(`the image '${link}' cannot be read: ELOOP`);
  });
});

describe('refuses a file that changes while it is read', () => {
  /** A system whose look at the image is the moment in which somebody else writes. */
  const meddling = (change: () => void): readonly System[] => [
    { id: 'x', title: 'X', recognise: () => change() as undefined },
  ];
  const kernel = (name: string) => {
    const file = join(folder, name);
    writeFileSync(file, images.unikraft());
    return file;
  };

  test('grows', () => {
    const file = kernel('grows.elf');
    expect(refusal(() => inspectImage(file, { systems: meddling(() => appendFileSync(file, 'x')) }))).toEqual(
      ['image.changed', `the image '${file}' changed while it was read`],
    );
  });

  test('shrinks, which is the reason for what is then missing', () => {
    const file = kernel('shrinks.elf');
    const systems = meddling(() => {
      truncateSync(file, 10);
      throw new KilnError('something is missing', { code: 'image.truncated' });
    });
    expect(refusal(() => inspectImage(file, { systems }))[0]).toBe('image.changed');
  });

  test('and closes it all the same', () => {
    const file = kernel('closed.elf');
    const open = openImageFile(file);
    appendFileSync(file, 'x');
    expect(open.read(0, 4).toString('latin1')).toBe('\x7fELF');
    expect(refusal(() => open.close())[0]).toBe('image.changed');
    expect(refusal(() => open.read(0, 4))[0]).toBe('image.unreadable');
  });
});
