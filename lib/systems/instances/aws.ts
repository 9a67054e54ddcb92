import { KilnError } from '../../errors';
import type { NetworkDevice } from '../device';
import { awsNitro, awsXenHvm, awsXenPv, type Platform, type PlatformBoot } from '../platforms';
import { AWS_FAMILIES, type AwsFamilies, ENA_SIZES } from './aws-families';
import { closeTo } from './close-names';

export interface InstanceTypeOptions {
  /** A family or series that Kiln knows and this one is like, for one that is newer than this version. @default - none */
  readonly like?: string;
}

const HYPERVISORS = { nitro: 'Nitro', 'xen-hvm': 'Xen HVM', 'xen-pv': 'Xen' } as const;

/**
 * What an instance type of EC2 starts and offers: `t3.nano`.
 * @throws KilnError `systems.instance-type` for one that is none, or whose family Kiln does not know
 */
export function findAwsInstanceType(type: string, options: InstanceTypeOptions = {}): Platform {
  const [, family, size] = /^([a-z][a-z0-9-]*)\.([a-z0-9-]+)$/.exec(type) ?? [];
  if (family === undefined || size === undefined) {
    throw new KilnError(`'${type}' is not an instance type of EC2; one is written like 't3.nano'`, {
      code: 'systems.instance-type',
    });
  }
  const found = tryFindFamily(options.like ?? family);
  if (!found) throw unknown(options.like ?? family, type);
  return platformOf(found, type, size);
}

/** @returns undefined for a family that Kiln does not know */
export function tryFindFamily(family: string): AwsFamilies | undefined {
  return AWS_FAMILIES.find(({ names }) => names.includes(family));
}

function platformOf(family: AwsFamilies, type: string, size: string): Platform {
  const base = { nitro: awsNitro, 'xen-hvm': awsXenHvm, 'xen-pv': awsXenPv }[family.hypervisor];
  const metal = size.startsWith('metal');
  return {
    ...base,
    id: `aws-${type}`,
    title: `AWS ${type} (${metal ? 'bare metal' : HYPERVISORS[family.hypervisor]})`,
    column: ['AWS', type],
    boots: bootsOf(family, metal),
    networks: networksOf(family, type),
    disks: base.disks,
    ...(metal ? { caveat: 'its serial port is a PCI device, and bare metal for x86-64 has no UEFI' } : {}),
    sources: [...base.sources, family.source],
  };
}

/** A family that starts paravirtual images starts HVM ones too. */
function bootsOf({ hypervisor, machine, firmware }: AwsFamilies, metal: boolean): PlatformBoot[] {
  const kinds = metal && machine === 'x86-64' ? (['bios'] as const) : firmware;
  return [
    {
      machine,
      accepts: kinds.map((kind) => `${kind}-disk` as const),
      forges: [...kinds, ...(hypervisor === 'xen-pv' ? (['xen-pv'] as const) : [])],
    },
  ];
}

function networksOf({ hypervisor, ena }: AwsFamilies, type: string): NetworkDevice[] {
  if (hypervisor === 'nitro') return ['ena'];
  return ena || ENA_SIZES.includes(type) ? ['xen-net', 'ena'] : ['xen-net'];
}

function unknown(family: string, type: string): KilnError {
  const close = closeTo(
    family,
    AWS_FAMILIES.flatMap(({ names }) => names),
  );
  const mac = family.startsWith('mac') ? '; Mac hosts start macOS alone' : '';
  return new KilnError(`Kiln does not know the EC2 family '${family}' of '${type}'${mac}`, {
    code: 'systems.instance-type',
    remedy:
      `Close names are ${close}. If it is newer than this version of Kiln, name one that it is like, as ` +
      `{ like: '${suggestion(family)}' }.`,
  });
}

/** An example that fits the machine: Graviton families have a g after their number. */
function suggestion(family: string): string {
  return /^[a-z]+\d+g/.test(family) ? 'm8g' : 'm8i';
}
