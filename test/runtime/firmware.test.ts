import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFirmware } from '../../lib/runtime/firmware';
import { temporaryHome } from '../helpers/home';

const { home } = temporaryHome();
const QEMU = { path: '/usr/bin/qemu-system-x86_64', version: '7.2.0', hasSandbox: true };

let count = 0;
/** A folder of descriptors, each with files of its own name. */
function folderWith(descriptors: Readonly<Record<string, object | string>>): string {
  const folder = join(home, `firmware-${count++}`);
  mkdirSync(folder);
  for (const [name, descriptor] of Object.entries(descriptors)) {
    const text = typeof descriptor === 'string' ? descriptor : JSON.stringify(descriptor);
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

function descriptor(code: string, more: object = {}) {
  for (const kind of ['code', 'vars']) writeFileSync(join(home, `${code}.${kind}`), '');
  return {
    'interface-types': ['uefi'],
    mapping: {
      device: 'flash',
      executable: { filename: join(home, `${code}.code`), format: 'raw' },
      'nvram-template': { filename: join(home, `${code}.vars`), format: 'raw' },
    },
    targets: [{ architecture: 'x86_64', machines: ['pc-q35-*'] }],
    features: ['acpi-s3'],
    ...more,
  };
}

test('the first that suits is taken, in the order of names', async () => {
  const folder = folderWith({
    '40-signed.json': descriptor('signed', { features: ['secure-boot', 'requires-smm'] }),
    '41-broken.json': '{',
    '42-bios.json': descriptor('bios', { 'interface-types': ['bios'] }),
    '50-arm.json': descriptor('arm', { targets: [{ architecture: 'aarch64', machines: ['virt-*'] }] }),
    '60-plain.json': descriptor('plain'),
    '70-later.json': descriptor('later'),
  });
  expect(await findFirmware(QEMU, 'x86-64', [folder])).toEqual({
    code: join(home, 'plain.code'),
    variables: join(home, 'plain.vars'),
  });
  expect((await findFirmware(QEMU, 'arm64', [folder])).code).toBe(join(home, 'arm.code'));
});

test('an earlier folder hides what a later one says under the same name', async () => {
  const [mine, theirs] = [
    folderWith({ '60.json': descriptor('mine') }),
    folderWith({ '60.json': descriptor('theirs') }),
  ];
  expect((await findFirmware(QEMU, 'x86-64', [mine, theirs])).code).toBe(join(home, 'mine.code'));
});

test('a descriptor whose files are gone counts for nothing', async () => {
  const gone = descriptor('there');
  gone.mapping.executable.filename = join(home, 'nowhere.code');
  const folder = folderWith({ '50.json': gone, '60.json': descriptor('there') });
  expect((await findFirmware(QEMU, 'x86-64', [folder])).code).toBe(join(home, 'there.code'));
});

test.each([
  ['x86-64', 'Install it: apt-get install ovmf (Debian, Ubuntu), dnf install edk2-ovmf (Fedora).'],
  [
    'arm64',
    'Install it: apt-get install qemu-efi-aarch64 (Debian, Ubuntu), dnf install edk2-aarch64 (Fedora).',
  ],
] as const)('refuses when there is none for %s, and says how to get it', async (architecture, remedy) => {
  await expect(findFirmware(QEMU, architecture, ['/nonexistent'])).rejects.toMatchObject({
    code: 'qemu.no-firmware',
    message: `there is no UEFI firmware for ${architecture} machines: none is described in /nonexistent`,
    remedy,
  });
});
