import { KilnError } from '../../errors';
import { inBrief } from './aws-error';
import { deregisterImage } from './images';
import type { AwsSession } from './session';
import { deleteSnapshot, findSnapshots } from './snapshots';

/** After these nobody knows whether the work was done. */
const UNANSWERED = ['aws.timeout', 'aws.network', 'aws.service', 'aws.cancelled'];

/** Something that was made and could not be removed. */
export interface LeftBehind {
  /** Such as `the snapshot snap-1`. */
  readonly what: string;
  readonly reason: string;
}

/** What the making of an image has put into the account so far, so that it can be taken out again. */
export class Leftovers {
  /** By id: whether it seemed to be gone already. */
  private readonly snapshots = new Map<string, boolean>();
  private readonly images = new Set<string>();
  private isUnsure = false;

  constructor(
    private readonly session: AwsSession,
    private readonly key: string,
  ) {}

  addSnapshot(id: string): void {
    this.snapshots.set(id, false);
  }

  /** It seems to be gone; it is removed nevertheless, but not waited for. */
  lostSnapshot(id: string): void {
    this.snapshots.set(id, true);
  }

  addImage(id: string): void {
    this.images.add(id);
  }

  /** Runs what starts a snapshot; where it gets no answer, a snapshot may be there that nobody told us of. */
  async watching<T>(start: () => Promise<T>): Promise<T> {
    try {
      return await start();
    } catch (error) {
      if (!KilnError.is(error) || UNANSWERED.includes(error.code)) this.isUnsure = true;
      throw error;
    }
  }

  /** Removes everything, or all but what an image uses that stays; not longer than `cleanUpMs`. */
  async remove(options: { readonly except?: string | undefined } = {}): Promise<LeftBehind[]> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), this.session.timing.cleanUpMs);
    try {
      return await this.removeAll(options.except, controller.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  private async removeAll(except: string | undefined, signal: AbortSignal): Promise<LeftBehind[]> {
    const left: LeftBehind[] = [];
    const attempt = async (what: string, work: () => Promise<unknown>) => {
      await work().catch((error) => left.push({ what, reason: inBrief(error) }));
    };
    // First the images: a snapshot that one uses cannot be deleted.
    for (const id of this.images) {
      if (except === undefined)
        await attempt(`the image ${id}`, () => deregisterImage(this.session, id, signal));
    }
    if (this.isUnsure) await attempt('a snapshot that may have been started', () => this.lookAgain(signal));
    for (const [id, isLost] of this.snapshots) {
      const lingerMs = isLost ? 0 : this.session.timing.lingerMs;
      if (id !== except)
        await attempt(`the snapshot ${id}`, () => deleteSnapshot(this.session, id, signal, lingerMs));
    }
    return left;
  }

  private async lookAgain(signal: AbortSignal): Promise<void> {
    for (const { SnapshotId } of await findSnapshots(this.session, this.key, signal))
      if (SnapshotId) this.addSnapshot(SnapshotId);
  }
}
