import type { AmiProgress, UploadProgress } from '../../clouds/aws';
import type { Logger } from '../../plugin';
import type { ServiceEvent } from '../../spec';
import type { ProgressSender } from '../progress';

const MIB = 1024 * 1024;
const BLOCK = MIB / 2;
/** Between two lines about an upload: each stays on the screen. */
const INTERVAL_MS = 2_000;

export interface AmiEventsOptions {
  /** The image's name, which the lines are about. */
  readonly name: string;
  /** Whose image it is, such as `shop/web`: its lines stand under `shop-web`, as those of its rollout do. @default - its name */
  readonly service?: string | null;
  readonly progress: Pick<ProgressSender, 'send'>;
  readonly log: Pick<Logger, 'info'>;
  /** ms of a clock that only goes forward. @default performance.now */
  readonly now?: () => number;
}

/** Tells the command that runs Terraform, and Terraform's log, how far an image is. */
export class AmiEvents {
  private said = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: AmiEventsOptions) {}

  tell(kind: ServiceEvent['kind'], message: string): void {
    const { name, service, progress, log } = this.options;
    const who = service?.replaceAll('/', '-') ?? name;
    progress.send({ at: new Date().toISOString(), service: who, kind, instance: null, message });
    log.info(message, { kind, image: name });
  }

  /** What the making of the image is at; of an upload not every step. */
  report(progress: AmiProgress): void {
    if (progress.phase === 'uploading') this.upload(progress);
    else this.tell(...stepOf(progress));
  }

  private upload(progress: UploadProgress): void {
    const now = (this.options.now ?? (() => performance.now()))();
    const isEnd = progress.doneBytes >= progress.totalBytes;
    if (!isEnd && now - this.said < INTERVAL_MS) return;
    this.said = now;
    this.tell('image-uploading', uploadText(progress));
  }
}

type Step = Exclude<AmiProgress, { phase: 'uploading' }>;

function stepOf(step: Step): [kind: ServiceEvent['kind'], message: string] {
  switch (step.phase) {
    case 'found':
      return ['image-found', `${step.imageId} is there already, so nothing is uploaded`];
    case 'sealing':
      return ['notice', `EBS completes ${step.snapshotId}`];
    case 'registering':
      return ['notice', `registering an image of ${step.snapshotId}`];
    case 'waiting':
      return ['notice', `waiting until ${step.imageId} is available`];
    case 'left-behind':
      return ['notice', `left behind: ${step.what}, since ${step.reason}`];
  }
}

/** `block 312 of 2048, 40 with data sent, 85 MiB/s, 2 s left` */
export function uploadText(progress: UploadProgress): string {
  const { doneBytes, totalBytes, sentBlocks, bytesPerSecond, secondsLeft } = progress;
  const blocks = (bytes: number) => Math.ceil(bytes / BLOCK);
  const parts = [`block ${blocks(doneBytes)} of ${blocks(totalBytes)}`, `${sentBlocks} with data sent`];
  if (bytesPerSecond > 0) parts.push(`${rateOf(bytesPerSecond / MIB)} MiB/s`);
  if (secondsLeft !== undefined && doneBytes < totalBytes) parts.push(`${Math.ceil(secondsLeft)} s left`);
  return parts.join(', ');
}

function rateOf(mib: number): string {
  return mib < 10 ? mib.toFixed(1) : mib.toFixed(0);
}
