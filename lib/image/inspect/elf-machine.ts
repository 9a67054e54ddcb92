/** ELF machine numbers (System V ABI, e_machine) by the names that people use. */
const MACHINES: Readonly<Record<number, string>> = {
  3: 'x86',
  8: 'mips',
  20: 'ppc',
  21: 'ppc64',
  22: 's390x',
  40: 'arm',
  43: 'sparc64',
  62: 'x86-64',
  183: 'arm64',
  243: 'riscv',
  258: 'loongarch',
};

/** `x86-64`, `arm64`, or `machine 999`. */
export function machineName(number: number): string {
  return MACHINES[number] ?? `machine ${number}`;
}
