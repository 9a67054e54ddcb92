import type { ImageReader } from './image-reader';

const EFI_APPLICATION = 10;
const MACHINES: Readonly<Record<number, string>> = { 332: 'x86', 34404: 'x86-64', 43620: 'arm64' };

/** The machine of a UEFI application (PE/COFF with subsystem 10); undefined for anything else. */
export function tryReadUefiApp(reader: ImageReader): { readonly machine: string } | undefined {
  const dos = reader.read(0, 64);
  if (dos.length < 64 || dos.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const pe = reader.read(dos.readUInt32LE(60), 96);
  if (pe.length < 96 || pe.toString('latin1', 0, 4) !== 'PE\0\0') return undefined;
  if (pe.readUInt16LE(92) !== EFI_APPLICATION) return undefined;
  const machine = pe.readUInt16LE(4);
  return { machine: MACHINES[machine] ?? `machine ${machine}` };
}
