import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testWith } from './boot-fixture';

const FIRMWARE = {
  'x86-64': { file: '/usr/share/ovmf/OVMF.fd', package: 'ovmf', program: 'qemu-system-x86_64' },
  arm64: {
    file: '/usr/share/qemu-efi-aarch64/QEMU_EFI.fd',
    package: 'qemu-efi-aarch64',
    program: 'qemu-system-aarch64',
  },
} as const;
const MACHINE = {
  'x86-64': ['-machine', 'q35', '-m', '256', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4'],
  arm64: ['-machine', 'virt', '-cpu', 'cortex-a57', '-m', '256'],
} as const;
/** Only the outer fence: under emulation such a guest ends by itself in 5 to 20 s. */
const FENCE_MS = 100_000;

export type UefiMachine = keyof typeof FIRMWARE;

/** `test` where UEFI guests of a machine can run, otherwise a skip that says why; on CI a failure. */
export function testWithUefi(
  machine: UefiMachine,
  ...tools: readonly string[]
): typeof test | typeof test.skip {
  const { file, program, package: name } = FIRMWARE[machine];
  if (existsSync(file) || process.env.CI) return testWith(program, ...tools);
  process.stderr.write(`skipped, because '${file}' is not there; apt-get install ${name}\n`);
  return test.skip;
}

/** QEMU's arguments for a machine that starts by UEFI from the device `boot`, on a drive named `disk0`. */
export function uefiMachine(machine: UefiMachine, disk: string, device: readonly string[]): string[] {
  const drive = ['-drive', `if=none,id=disk0,format=raw,readonly=on,file=${disk}`];
  return [...MACHINE[machine], '-bios', FIRMWARE[machine].file, ...drive, ...device];
}

/** Everything that a guest and its firmware wrote to the serial port until the guest ended by itself. */
export async function bootUefiAndRead(
  machine: UefiMachine,
  folder: string,
  disk: string,
  device: readonly string[] = ['-device', 'virtio-blk-pci,drive=disk0'],
): Promise<string> {
  const serial = join(folder, `serial-${Math.random().toString(36).slice(2)}`);
  const common = ['-accel', 'tcg', '-nodefaults', '-display', 'none', '-no-reboot'];
  const args = [...common, '-serial', `file:${serial}`, ...uefiMachine(machine, disk, device)];
  try {
    await promisify(execFile)(FIRMWARE[machine].program, args, { timeout: FENCE_MS });
  } catch (error) {
    // isa-debug-exit turns 0 into exit code 1.
    if ((error as { code?: unknown }).code !== 1 || (error as { stderr?: string }).stderr) throw error;
  }
  return readFileSync(serial, 'utf8');
}
