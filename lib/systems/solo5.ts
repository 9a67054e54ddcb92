import type { ImageFacts } from './image-facts';
import type { Recognition, System } from './system';

/** `ABI1`, read as a little-endian number (Solo5 include/solo5/elf_abi.h). */
const ABI_NOTE = 0x31494241;
const TARGETS = ['', 'hvt', 'spt', 'virtio', 'muen', 'genode', 'xen'];

/** MirageOS and everything else that is linked with Solo5. */
export const solo5: System = { id: 'solo5', title: 'Solo5', recognise };

function recognise(facts: ImageFacts): Recognition | undefined {
  const note = facts.notes.find((one) => one.owner === 'Solo5' && one.type === ABI_NOTE);
  if (!note || note.data.length < 4) return undefined;
  const target = note.data.readUInt32LE(0);
  const variant = TARGETS[target] || `target ${target}`;
  return {
    variant,
    because: `ELF note 'Solo5' ABI1, target ${target} (${variant})`,
    offset: note.offset,
    // bindings/virtio/start.c takes everything up to the first space for the kernel's name.
    dropsFirstWord: variant === 'virtio',
    ...tender(variant),
  };
}

function tender(variant: string): Pick<Recognition, 'cannotBoot'> {
  if (variant === 'virtio' || variant === 'xen') return {};
  return {
    cannotBoot:
      variant === 'hvt' || variant === 'spt'
        ? `it runs only under solo5-${variant}; build the virtio target`
        : `it runs only on ${variant}; build the virtio target`,
  };
}
