import { KilnError } from '../../../lib/errors';
import { bufferReader, inspectImage, requireBootable } from '../../../lib/image';
import { corpus } from '../../fixtures/corpus';
import * as images from '../../fixtures/images';
import fc from '../../helpers/property';

// More runs, other seeds: KILN_FUZZ_RUNS=100000 KILN_FUZZ_SEED=7 npx jest test/image/inspect/inspect-any-bytes
const runs = Number(process.env.KILN_FUZZ_RUNS ?? 2000);
const seed = Number(process.env.KILN_FUZZ_SEED ?? 1);

const whole = Object.values(corpus);

/** Values that break readers: nothing, everything, signs and page borders. */
const edge = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
const mutation = fc.record({
  where: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 8 }),
  value: fc.oneof(edge, fc.integer({ min: 0, max: 255 })),
});
const mutated = fc
  .record({
    image: fc.constantFrom(...whole),
    changes: fc.array(mutation, { maxLength: 12 }),
    cut: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
  })
  .map(({ image, changes, cut }) => {
    const bytes = Buffer.from(image);
    for (const { where, length, value } of changes) {
      // Headers lie at the beginning: half of the changes go there.
      const reach = where < 0.5 ? Math.min(512, bytes.length) : bytes.length;
      const at = Math.floor(((where * 2) % 1) * reach);
      bytes.fill(value, at, Math.min(at + length, bytes.length));
    }
    return cut === null ? bytes : bytes.subarray(0, Math.floor(cut * bytes.length));
  });

/** Reads of an inspection are bounded; what is far too much for any header is a loop. */
const MOST_READ = 64 * 1024 * 1024;

function answer(bytes: Buffer): void {
  const reader = bufferReader(bytes);
  let read = 0;
  const bounded = {
    ...reader,
    read: (offset: number, length: number) => {
      const found = reader.read(offset, length);
      read += found.length;
      if (read > MOST_READ) throw new Error(`read ${read} bytes of an image of ${bytes.length}`);
      return found;
    },
  };
  try {
    const image = inspectImage(bounded);
    requireBootable(image, { kind: 'kernel', boot: 'disk', machine: 'x86-64' });
  } catch (error) {
    if (!KilnError.is(error)) throw error;
  }
}

test('damaged images end in an answer or in a KilnError', () => {
  fc.assert(fc.property(mutated, answer), { seed, numRuns: runs });
});

test('random bytes end in an answer or in a KilnError', () => {
  const magic = fc.constantFrom('', '\x7fELF\x01\x01', '\x7fELF\x02\x01', 'MZ', 'QFI\xfb');
  const bytes = fc
    .tuple(magic, fc.uint8Array({ maxLength: 2048 }))
    .map(([head, tail]) => Buffer.concat([Buffer.from(head, 'latin1'), tail]));
  fc.assert(fc.property(bytes, answer), { seed, numRuns: runs });
});

test('an image cut at any byte ends in an answer or in a KilnError', () => {
  for (const bytes of [images.unikraft(), images.osvLoader(), images.uefiApp()]) {
    for (let length = 0; length <= bytes.length; length += 1) answer(bytes.subarray(0, length));
  }
});
