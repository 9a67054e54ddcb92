import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mbrDisk, multibootKernel, objectFile, solo5 } from '../../fixtures/images';
import { buildFolder, caught } from './fixtures';

const at = buildFolder();

describe('refuses an artifact that is not what was promised', () => {
  const expects = { systems: ['solo5'], variant: 'virtio' };

  test('another system', () => {
    expect(caught(() => at().build({ id: 'mirage', expects }))).toMatchObject({
      code: 'build.wrong-artifact',
      message:
        `the mirage toolchain promised an image of solo5, but '${join(at().folder, 'out.elf')}' is multiboot kernel, ` +
        'elf32, x86, multiboot1',
    });
  });

  test('another variant, keeping nothing of it', () => {
    writeFileSync(join(at().root, 'kernel'), solo5(1));
    expect(() => at().build({ expects })).toThrow('promised the virtio variant of solo5, but');
    expect(readdirSync(at().cache)).toEqual([]);
    expect(at().has('out.elf')).toBe(true);
  });

  test('another format, or no image at all', () => {
    at().script('echo hello > out.elf');
    expect(() => at().build({ expects: { formats: ['elf64'] } })).toThrow(
      'promised a file of format elf64, but',
    );
  });

  test.each([
    ['disk', multibootKernel, 'a disk'],
    ['kernel', mbrDisk, 'a kernel'],
  ] as const)('no %s', (kind, image, promised) => {
    writeFileSync(join(at().root, 'kernel'), image());
    expect(() => at().build({ expects: { kind } })).toThrow(`the test toolchain promised ${promised}, but`);
  });

  test('another machine', () => {
    expect(() => at().build({ expects: { machine: 'arm64' } })).toThrow('promised an image for arm64, but');
  });

  test('another way to boot', () => {
    writeFileSync(join(at().root, 'kernel'), objectFile());
    expect(() => at().build({ expects: { protocol: 'multiboot1' } })).toThrow(
      'promised a kernel that boots by multiboot1, but',
    );
  });

  test('and takes one that is', () => {
    writeFileSync(join(at().root, 'kernel'), solo5(3));
    expect(at().build({ expects: { ...expects, machine: 'x86-64', protocol: 'multiboot1' } }).isNew).toBe(
      true,
    );
  });
});
