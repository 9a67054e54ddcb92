import type { ImageFacts } from './image-facts';
import type { DocumentedSystem, Recognition } from './system';

/** `.note.hermit.entry-version` (hermit-os/hermit-entry src/note.rs). */
const ENTRY_VERSION_NOTE = 0x5a00;
/** The loader's name in front of every line that it logs. */
const LOADER_LOG = '[LOADER]';

const DRIVERS = { has: ['virtio-net', 'virtio-net-mmio', 'rtl8139', 'virtio-vsock'] } as const;

export const hermit: DocumentedSystem = {
  id: 'hermit',
  title: 'Hermit',
  recognise,
  variants: [
    {
      id: 'loader',
      row: 'Hermit',
      title: "Hermit's loader",
      files: 'hermit-loader-x86_64, with the program as its first module (-initrd)',
      format: 'elf32',
      machines: ['x86-64', 'arm64'],
      bootProtocols: ['multiboot1', 'pvh', 'linux64'],
      drivers: DRIVERS,
      arguments: 'KERNEL_ARGS -- ARGS, such as -freq 2800 -- --port=8080',
      memoryMib: 128,
      proof: 'documented-layout',
    },
    {
      id: 'app',
      row: 'Hermit',
      title: "Hermit's program",
      files: 'target/x86_64-unknown-hermit/release/NAME',
      machines: ['x86-64', 'arm64'],
      drivers: DRIVERS,
      arguments: "the loader's, after --",
      cannotBoot:
        "it is started by hermit-loader, which is the kernel to give, with this file as its 'initrd'",
      memoryMib: 128,
      proof: 'documented-layout',
    },
  ],
  about: {
    language: 'Rust',
    licence: 'MIT or Apache-2.0',
    status: 'alive; kernel 0.13.0',
    recognition: "program: the ELF note 'HERMIT' with type 0x5A00; loader: a kernel with the text '[LOADER]'",
    userData: 'none',
    console: "'[LOADER][INFO] Loading kernel to ...', then the kernel's log",
    build: 'cargo build --target x86_64-unknown-hermit -Zbuild-std=std,panic_abort --release',
    sources: [
      ['the note', 'hermit-os/hermit-entry:src/note.rs'],
      ['loader, arguments, microvm, virtio with disable-legacy=on', 'hermit-os/loader:README.md'],
      ['multiboot, PVH and Linux entries', 'hermit-os/loader:src/arch/x86_64/platform'],
      ['rtl8139, virtio-fs, vsock, console; no disk', 'hermit-os/kernel:src/drivers'],
      ['whether legacy virtio is driven', 'not established'],
    ],
  },
};

function recognise(facts: ImageFacts): Recognition | undefined {
  const note = facts.notes.find((one) => one.owner === 'HERMIT' && one.type === ENTRY_VERSION_NOTE);
  if (note) return { variant: 'app', because: "ELF note 'HERMIT', entry version", offset: note.offset };
  if (!facts.format.startsWith('elf') || facts.bootProtocols.length === 0) return undefined;
  const offset = facts.find(LOADER_LOG);
  return offset === undefined
    ? undefined
    : { variant: 'loader', because: `a kernel with the text '${LOADER_LOG}'`, offset };
}
