import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findQemu } from '../../lib/runtime/qemu';
import { temporaryHome } from '../helpers/home';

const { home } = temporaryHome();

/** A folder with a `qemu-system-x86_64` that runs this script. */
function pathWith(name: string, script: string): string {
  const folder = join(home, name);
  mkdirSync(folder);
  const program = join(folder, 'qemu-system-x86_64');
  writeFileSync(program, `#!/bin/sh\n${script}\n`);
  chmodSync(program, 0o755);
  return folder;
}

test('finds the installed QEMU and its version', async () => {
  const qemu = await findQemu();
  expect(qemu.path).toMatch(/^\/.*qemu-system-x86_64$/);
  expect(qemu.version).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a QEMU without a sandbox is used without one', async () => {
  const PATH = pathWith('plain', 'test "$1" = -sandbox && exit 1; echo "QEMU emulator version 9.1.0 (x)"');
  expect(await findQemu({ PATH })).toEqual({
    path: join(PATH, 'qemu-system-x86_64'),
    version: '9.1.0',
    hasSandbox: false,
  });
});

test('KILN_QEMU names another one', async () => {
  const folder = pathWith('named', 'echo "QEMU emulator version 8.0.2"');
  const program = join(folder, 'qemu-system-x86_64');
  expect(await findQemu({ KILN_QEMU: program, PATH: '' })).toMatchObject({ path: program, version: '8.0.2' });
});

test('refuses when there is none, and says how to get it', async () => {
  await expect(findQemu({ PATH: '/nonexistent' })).rejects.toMatchObject({
    code: 'qemu.missing',
    message: 'QEMU is missing: no qemu-system-x86_64 in PATH',
    remedy: expect.stringMatching(/^Install it: /),
  });
  await expect(findQemu({ KILN_QEMU: '/nowhere/qemu', PATH: '' })).rejects.toThrow(
    "QEMU is missing: 'KILN_QEMU' is '/nowhere/qemu', which is no program",
  );
});

test('refuses when there is none for arm64, by its own names', async () => {
  await expect(findQemu({ PATH: '/nonexistent' }, 'arm64')).rejects.toMatchObject({
    message: 'QEMU is missing: no qemu-system-aarch64 in PATH',
    remedy: expect.stringMatching(/qemu-system-arm |brew/),
  });
  await expect(findQemu({ KILN_QEMU_ARM64: '/nowhere/qemu', PATH: '' }, 'arm64')).rejects.toThrow(
    "QEMU is missing: 'KILN_QEMU_ARM64' is '/nowhere/qemu', which is no program",
  );
});

test('refuses one that is too old', async () => {
  const PATH = pathWith('old', 'echo "QEMU emulator version 5.2.0 (Debian 1:5.2)"');
  await expect(findQemu({ PATH })).rejects.toMatchObject({
    code: 'qemu.too-old',
    message: `'${PATH}/qemu-system-x86_64' is QEMU 5.2.0; 6.0 or later is needed`,
  });
});

test('refuses a program that is not QEMU, with what it said', async () => {
  const PATH = pathWith('other', 'echo "cannot load libfoo" >&2; exit 127');
  await expect(findQemu({ PATH })).rejects.toMatchObject({
    code: 'qemu.unusable',
    message: `'${PATH}/qemu-system-x86_64' does not say its version as QEMU does: 'cannot load libfoo'`,
  });
});
