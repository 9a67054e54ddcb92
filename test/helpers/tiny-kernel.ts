import { writeFileSync } from 'node:fs';

/** Machine code, 32-bit, run from its first byte. */
export const CODE = {
  /** Writes to the console for ever: `spam\n`. */
  chatty: [
    ...[0x66, 0xba, 0xf8, 0x03], // movw $0x3f8, %dx
    ...[...Buffer.from('spam\n')].flatMap((byte) => [0xb0, byte, 0xee]), // movb $byte, %al; outb %al, %dx
    ...[0xeb, 0xef], // jmp back to the first movb
  ],
  /** Stops for good, with interrupts off: no network, no console, nothing. */
  silent: [0xfa, 0xf4, 0xeb, 0xfc], // 1: cli; hlt; jmp 1b
  /** Triple fault: an empty interrupt table, then an interrupt. */
  crash: [0x6a, 0x00, 0x6a, 0x00, 0x0f, 0x01, 0x1c, 0x24, 0xcc], // push $0; push $0; lidt (%esp); int3
} as const;

const BASE = 0x100000;
const ELF_HEADER = 52;
const PROGRAM_HEADER = 32;
const MULTIBOOT_MAGIC = 0x1badb002;

/** Writes a multiboot kernel of a few bytes as an ELF file, and returns its path. */
export function writeTinyKernel(path: string, code: readonly number[]): string {
  const multiboot = words(MULTIBOOT_MAGIC, 0, -MULTIBOOT_MAGIC >>> 0);
  const start = ELF_HEADER + PROGRAM_HEADER;
  const size = start + multiboot.length + code.length;
  const ident = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  // An executable for the 386 with one segment: the whole file, at 1 MiB.
  const header = [halves(2, 3), words(1, BASE + start + multiboot.length, ELF_HEADER, 0, 0)];
  const sizes = halves(ELF_HEADER, PROGRAM_HEADER, 1, 0, 0, 0);
  const segment = words(1, 0, BASE, BASE, size, size, 5, 0x1000);
  writeFileSync(path, Buffer.concat([ident, ...header, sizes, segment, multiboot, Buffer.from(code)]));
  return path;
}

function words(...values: readonly number[]): Buffer {
  return Buffer.from(new Uint32Array(values).buffer);
}

function halves(...values: readonly number[]): Buffer {
  return Buffer.from(new Uint16Array(values).buffer);
}
