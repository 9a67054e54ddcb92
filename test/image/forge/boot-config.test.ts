import { commandLine } from '../../../lib/image';
import { renderBootConfig } from '../../../lib/image/forge/boot-config';
import fc from '../../helpers/property';

const multiboot = { kernelCommand: 'multiboot', initrdCommand: 'module' } as const;
const multiboot2 = { kernelCommand: 'multiboot2', initrdCommand: 'module2' } as const;
const linux = { kernelCommand: 'linux', initrdCommand: 'initrd' } as const;
const config = {
  method: multiboot,
  kernel: '2048+7',
  initrd: undefined,
  bootArgs: [],
  dropsFirstWord: false,
} as const;
const render = (changes: Partial<Parameters<typeof renderBootConfig>[0]>) =>
  renderBootConfig({ ...config, ...changes })
    .toString()
    .trimEnd();

test.each([
  [{}, 'if multiboot 2048+7; then boot; fi'],
  [{ method: multiboot2 }, 'if multiboot2 2048+7; then boot; fi'],
  [{ method: linux, bootArgs: ['quiet'] }, "if linux 2048+7 'quiet'; then boot; fi"],
  [{ initrd: '4096+1' }, 'if multiboot 2048+7; then if module 4096+1; then boot; fi; fi'],
  [
    { method: linux, kernel: '/kiln/kernel', initrd: '/kiln/initrd' },
    'if linux /kiln/kernel; then if initrd /kiln/initrd; then boot; fi; fi',
  ],
  [{ bootArgs: ['a b', '$x'] }, "if multiboot 2048+7 'a b' '$x'; then boot; fi"],
  [{ bootArgs: ["it's"] }, "if multiboot 2048+7 'it'\\''s'; then boot; fi"],
  [{ bootArgs: ['x'], dropsFirstWord: true }, "if multiboot 2048+7 'kernel' 'x'; then boot; fi"],
])('%j becomes one command', (changes, text) => {
  expect(render(changes)).toBe(text);
});

test('any arguments that make a command line also fit in the configuration', () => {
  const words = fc.array(
    fc.string({ unit: fc.constantFrom("'", 'a', '"', ' ', 'é'), minLength: 1, maxLength: 900 }),
    { maxLength: 8 },
  );
  const possible = words.filter((bootArgs) => {
    try {
      commandLine(bootArgs);
      return true;
    } catch {
      return false;
    }
  });
  const property = fc.property(
    possible,
    (bootArgs) => renderBootConfig({ ...config, bootArgs }).length === 16384,
  );
  fc.assert(property, { seed: 1, numRuns: 300 });
  expect(renderBootConfig({ ...config, bootArgs: ["'".repeat(2048)] }).length).toBe(16384);
});

test('the padding is newlines, which GRUB skips', () => {
  const area = renderBootConfig(config).toString();
  expect(area.slice(render({}).length)).toMatch(/^\n+$/);
});
