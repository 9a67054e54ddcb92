import { RegisterImageCommand } from '@aws-sdk/client-ec2';
import { KilnError } from '../../errors';
import type { Ami } from './ami';
import type { CheckedRequest } from './ami-request';
import { type Call, callAws } from './call';
import { faultBehind } from './fault';
import { findImage } from './images';
import type { Leftovers } from './leftovers';
import { poll } from './poll';
import { imageTags } from './tags';
import type { Work } from './work';

/** What Xen calls the first disk, NVMe instances map it; and what PV-GRUB calls a disk with partitions (EC2 User Guide). */
const ROOT_DEVICE = { hvm: '/dev/xvda', paravirtual: '/dev/sda' } as const;

/**
 * Registers an image over a snapshot. A name that is taken by the same image is another run's, or this one's whose answer got
 * lost: that image is taken.
 *
 * @returns the image's id
 * @throws KilnError `aws.conflict` where the name is another image's
 */
export async function registerImage(work: Work, snapshotId: string, leftovers: Leftovers): Promise<string> {
  const { session, request, signal } = work;
  try {
    const { ImageId } = await callAws(session, registerCall(work, snapshotId), signal);
    leftovers.addImage(ImageId as string);
    return ImageId as string;
  } catch (error) {
    const fault = faultBehind(error);
    const isTaken = fault.name === 'InvalidAMIName.Duplicate';
    // Not the signal: also after a cancel it must be known whether there is something to remove.
    const there = isTaken
      ? await poll(
          session,
          `the image '${request.name}' to be seen`,
          signal,
          () => look(work),
          session.timing.visibleMs,
        )
      : fault.mayPass || signal?.aborted
        ? await look(work).catch(() => undefined)
        : undefined;
    if (there === undefined || (!isTaken && there.snapshotId !== snapshotId)) throw error;
    requireSame(there, request);
    if (there.snapshotId === snapshotId && !isTaken) leftovers.addImage(there.id);
    return there.id;
  }
}

/**
 * Refuses an image of the wanted name that is not the wanted one.
 *
 * @throws KilnError `aws.conflict`
 */
export function requireSame(there: Ami, request: CheckedRequest): void {
  const { digest, architecture, virtualization, bootMode, kernelId, tpm = false } = request;
  const { enaSupport, imdsV2, service } = request;
  const machine = { architecture, virtualization, bootMode, kernelId, tpm, enaSupport, imdsV2 };
  const differences = Object.entries({ digest, ...machine, service })
    .map(([name, wanted]) => ({ name, wanted, seen: there[name as keyof Ami] }))
    .filter(({ wanted, seen }) => seen !== wanted);
  // The account may encrypt what was not asked to be; the reverse would be a promise not kept.
  if (request.encrypted && !there.encrypted)
    differences.push({ name: 'encrypted', wanted: true, seen: there.encrypted });
  const [first] = differences;
  if (first === undefined) return;
  throw new KilnError(
    `the name '${there.name}' belongs to another image, ${there.id}: its ${first.name} is ${first.seen ?? 'not set'} instead of ${first.wanted ?? 'none'}`,
    { code: 'aws.conflict', remedy: 'Give the image another name, or deregister that one.' },
  );
}

function look({ session, request }: Work): Promise<Ami | undefined> {
  return findImage(session, request.name, undefined);
}

function registerCall(work: Work, snapshotId: string): Call<{ ImageId?: string | undefined }> {
  const { session, request, key } = work;
  const { name, description, architecture, bootMode, kernelId, tpm, enaSupport, imdsV2, volumeSizeGib } =
    request;
  const device = ROOT_DEVICE[request.virtualization];
  const command = new RegisterImageCommand({
    Name: name,
    ...(description ? { Description: description } : {}),
    Architecture: architecture,
    VirtualizationType: request.virtualization,
    ...(bootMode === undefined ? {} : { BootMode: bootMode }),
    ...(kernelId === undefined ? {} : { KernelId: kernelId }),
    ...(tpm ? { TpmSupport: 'v2.0' } : {}),
    EnaSupport: enaSupport,
    ...(imdsV2 ? { ImdsSupport: 'v2.0' } : {}),
    RootDeviceName: device,
    BlockDeviceMappings: [
      {
        DeviceName: device,
        Ebs: {
          SnapshotId: snapshotId,
          VolumeSize: volumeSizeGib,
          VolumeType: request.volumeType ?? 'gp3',
          DeleteOnTermination: true,
        },
      },
    ],
    TagSpecifications: [{ ResourceType: 'image', Tags: imageTags(request, key) }],
  });
  return {
    action: 'ec2:RegisterImage',
    isHeardOut: true,
    send: (options) => session.ec2.send(command, options),
    // One of EC2's servers may be behind the one that said the snapshot is complete.
    notYet: {
      is: ({ name: code }) => code === 'InvalidSnapshot.NotFound' || code === 'IncorrectState',
      until: performance.now() + session.timing.lingerMs,
    },
  };
}
