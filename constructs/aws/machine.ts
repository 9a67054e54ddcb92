import { Annotations } from 'cdktf';
import { KilnError } from '../../lib/errors';
import type { ImageInspection } from '../../lib/image';
import { startsOn } from '../../lib/systems';
import { BootMode, type UnikernelImage } from '../unikernel-image';
import type { UnikernelService } from '../unikernel-service';
import {
  type BootChoice,
  bootChoice,
  defaultInstanceType,
  findInstanceType,
  type InstanceType,
} from './instance-type';
import type { AwsServiceOptions } from './options';

/** How the image of a service meets its instance type. */
export interface Machine {
  readonly inspection: ImageInspection;
  readonly type: InstanceType;
  readonly boot: BootChoice;
}

/**
 * Chooses the instance type of a service, and how its image starts there.
 * @throws KilnError `systems.instance-type`, `constructs.instance-type`, `constructs.boot`
 */
export function findMachine(
  service: string,
  image: UnikernelImage,
  inspection: ImageInspection,
  options: AwsServiceOptions,
): Machine {
  const name = options.instanceType ?? defaultInstanceType(inspection);
  const type = findInstanceType(service, name, options.instanceTypeLike);
  const boot = bootChoice(inspection, type, options.kernelId !== undefined);
  requireSameMachine(service, inspection, type);
  requireFromDisk(service, image);
  requireKernelId(service, options, boot, type);
  return { inspection, type, boot };
}

/** Says what is not known of the image: to learn it from a rollout takes minutes. */
export function warnOfDoubts(service: UnikernelService, { inspection, type, boot }: Machine): void {
  if (boot.doubts.length === 0) return;
  Annotations.of(service).addWarning(
    `it is not known whether image '${inspection.name}' runs on '${type.name}': it ${boot.doubts.join('; it also ')}; ` +
      "'drivers' on the image says what it drives",
  );
}

function requireSameMachine(service: string, { machine, name }: ImageInspection, type: InstanceType): void {
  if (machine === undefined || startsOn(machine, type.machine)) return;
  const other = machine === 'arm64' ? 't4g.nano' : 't3.nano';
  const choose =
    machine === 'arm64' || type.machine === 'arm64' ? `choose a type such as '${other}', or ` : '';
  throw new KilnError(
    `'${service}' is to run on '${type.name}', which is ${type.machine}, and its image '${name}' is for ${machine} ` +
      `machines; ${choose}build it for ${type.machine}`,
    { code: 'constructs.instance-type' },
  );
}

function requireFromDisk(service: string, { kind, boot }: UnikernelImage): void {
  if (kind === 'disk' || boot === BootMode.DISK) return;
  throw new KilnError(
    `the image of '${service}' has BootMode.DIRECT, which only the local runtime can do; AWS boots disks, so leave 'boot' out`,
    { code: 'constructs.boot' },
  );
}

function requireKernelId(
  service: string,
  { kernelId }: AwsServiceOptions,
  { layout }: BootChoice,
  { name }: InstanceType,
): void {
  const isPv = layout === 'xen-pv';
  if (isPv === (kernelId !== undefined)) return;
  throw new KilnError(
    isPv
      ? `the image of '${service}' is a Xen PV kernel, which a PV-GRUB of EC2 starts on '${name}'; give its id as 'kernelId', ` +
          "which 'aws ec2 describe-images --owners amazon --filters Name=name,Values=pv-grub-hd0*' lists"
      : `'kernelId' of '${service}' is '${kernelId}', but PV-GRUB does not start its image on '${name}'; leave it out`,
    { code: 'constructs.boot' },
  );
}
