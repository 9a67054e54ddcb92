import { createHash } from 'node:crypto';
import type { AmiArchitecture, AmiBootMode } from '../../clouds/aws';
import type { DiskLayout } from '../../image';
import { isUnknown } from '../../plugin';
import type { AmiPlan, AmiState } from './ami-schema';

/** The machine that an image is for. */
export interface AmiMachine {
  readonly architecture: AmiArchitecture;
  /** Null: it is paravirtual, and a kernel of EC2's starts it. */
  readonly bootMode: AmiBootMode | null;
}

/** What a name is made from. */
export interface NamedBy {
  readonly digest: string;
  readonly description: string | null;
  readonly architecture: AmiArchitecture;
  readonly bootMode: AmiBootMode | null;
  readonly kernelId: string | null;
  readonly tpm: boolean;
  readonly enaSupport: boolean;
  readonly imdsV2: boolean;
  readonly encrypted: boolean;
  readonly kmsKeyId: string | null;
  readonly service: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The name of an image that was given none: `kiln-`, 12 digits of its digest, and 12 that stand for everything. The same
 * arguments give the same name, so an interrupted apply finds what it made; any other argument gives another one, so a
 * new image can be there before the old one goes.
 */
export function amiName(by: NamedBy): string {
  const tags = Object.entries(by.tags).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const text = JSON.stringify([
    by.digest,
    by.description,
    by.architecture,
    by.bootMode,
    by.kernelId,
    by.tpm,
    by.enaSupport,
    by.imdsV2,
    by.encrypted,
    by.kmsKeyId,
    by.service,
    tags,
  ]);
  const all = createHash('sha256').update(text).digest('hex');
  return `kiln-${by.digest.slice('sha256:'.length).slice(0, 12)}-${all.slice(0, 12)}`;
}

/** The boot mode of a machine that was given none. Graviton has no BIOS. */
export function defaultBootMode(architecture: AmiArchitecture): AmiBootMode {
  return architecture === 'arm64' ? 'uefi' : 'legacy-bios';
}

/** How a disk is laid out for a boot mode; PV-GRUB has one of its own. */
export function layoutFor(bootMode: AmiBootMode | null): DiskLayout {
  if (bootMode === null) return 'xen-pv';
  return bootMode === 'uefi' ? 'uefi' : 'bios';
}

/** The machine in the words of lib/image. */
export function machineFor(architecture: AmiArchitecture): 'x86-64' | 'arm64' {
  return architecture === 'arm64' ? 'arm64' : 'x86-64';
}

/** The architecture of a machine, undefined where EC2 has none such. A 32-bit x86 kernel starts on x86-64. */
export function architectureFor(machine: string | undefined): AmiArchitecture | undefined {
  if (machine === 'arm64') return 'arm64';
  return machine === 'x86-64' || machine === 'x86' ? 'x86_64' : undefined;
}

/** The members of a plan that decide a name. */
export function namedBy(plan: AmiPlan | AmiState, { architecture, bootMode }: AmiMachine): NamedBy {
  return {
    digest: plan.image.digest,
    description: plan.description,
    architecture,
    bootMode,
    kernelId: plan.kernel_id,
    tpm: plan.tpm,
    enaSupport: isUnknown(plan.ena_support) ? bootMode !== null : plan.ena_support,
    imdsV2: plan.imds_v2,
    encrypted: plan.encrypted,
    kmsKeyId: plan.kms_key_id,
    service: plan.service,
    tags: plan.tags,
  };
}
