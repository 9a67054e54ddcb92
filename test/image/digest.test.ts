import { type ImageInputs, imageDigest, LAYOUT_VERSION } from '../../lib/image';
import fc from '../helpers/property';

const inputs: ImageInputs = {
  sha256: 'a'.repeat(64),
  kind: 'kernel',
  bootArgs: ['--greeting=hello', '--version=1'],
  boot: 'disk',
  loaderDigest: `sha256:${'b'.repeat(64)}`,
  layoutVersion: 1,
  options: { console: 'serial' },
};

test('the same inputs give the same name on every machine', () => {
  expect(imageDigest(inputs)).toBe('sha256:c7be0914d817bd96de0f5cd42c296d03cce0a4cf83ec256f7d08b2227319a492');
  expect(imageDigest({ ...inputs, options: {}, bootArgs: [] })).toBe(
    'sha256:9b84095c34869b1e397051c7c644b6ad661920e0c7ce318f8fa814eb0c613216',
  );
});

test.each([
  ['the kernel', { sha256: 'c'.repeat(64) }],
  ['the kind', { kind: 'disk' }],
  ['an argument', { bootArgs: ['--greeting=hello', '--version=2'] }],
  ['the order of arguments', { bootArgs: ['--version=1', '--greeting=hello'] }],
  ['where one argument ends', { bootArgs: ['--greeting=hello --version=1'] }],
  ['the way it boots', { boot: 'direct' }],
  ['the loader', { loaderDigest: `sha256:${'d'.repeat(64)}` }],
  ['the layout', { layoutVersion: 2 }],
  ['an option', { options: { console: 'none' } }],
  ['the type of an option', { options: { console: 1 } }],
  ['the initrd', { initrd: 'c'.repeat(64) }],
  ['the way the disk is laid out', { layout: 'uefi' }],
] as const)('another name for a change of %s', (_, change) => {
  expect(imageDigest({ ...inputs, ...change })).not.toBe(imageDigest(inputs));
});

test('a loader matters only where a disk is forged', () => {
  for (const change of [{ boot: 'direct' }, { kind: 'disk' }] as const) {
    const image = { ...inputs, ...change };
    expect(imageDigest({ ...image, loaderDigest: 'other' })).toBe(imageDigest(image));
  }
});

test('the present layout is taken where none is named', () => {
  const { layoutVersion: _, ...rest } = inputs;
  expect(imageDigest(rest)).toBe(imageDigest({ ...rest, layoutVersion: LAYOUT_VERSION }));
});

test('no two lists of arguments share a name', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '[', ']', '\\', ' ', '\n') }), {
    maxLength: 4,
  });
  const property = fc.property(words, words, (a, b) => {
    const same = JSON.stringify(a) === JSON.stringify(b);
    return (imageDigest({ ...inputs, bootArgs: a }) === imageDigest({ ...inputs, bootArgs: b })) === same;
  });
  fc.assert(property, { seed: 1, numRuns: 2000 });
});

test('the order in which options are written does not matter', () => {
  const digest = (options: ImageInputs['options']) => imageDigest({ ...inputs, ...(options && { options }) });
  expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }));
});

test('an image without an initrd and with the usual layout keeps the name from before there was a choice', () => {
  expect(imageDigest({ ...inputs, initrd: undefined, layout: undefined })).toBe(imageDigest(inputs));
  expect(imageDigest({ ...inputs, layout: 'bios' })).toBe(imageDigest(inputs));
  const direct = { ...inputs, boot: 'direct' } as const;
  expect(imageDigest({ ...direct, layout: 'uefi' })).toBe(imageDigest(direct));
});

test('a file is another image as kernel than as initrd', () => {
  const [one, other] = ['c'.repeat(64), 'd'.repeat(64)];
  expect(imageDigest({ ...inputs, sha256: one, initrd: other })).not.toBe(
    imageDigest({ ...inputs, sha256: other, initrd: one }),
  );
});
