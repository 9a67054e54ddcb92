import type { Ami } from './ami';
import type { SessionIn } from './image-uses';
import { type PruneReport, pruneImages } from './prune-images';
import { rankImages } from './retention';
import { retireAmi } from './retire-ami';
import { findServiceImages } from './service-images';
import type { AwsSession } from './session';
import { type Survey, type SurveyedImage, surveyImages } from './survey-images';

export interface EndAmiOptions {
  /** How many earlier images of its service stay. */
  readonly keep: number;
  /** Whose it is. */
  readonly owner: string | undefined;
  readonly sessionIn: SessionIn;
  /** Ids of images of the service that this process claimed and did not give up: EC2 may not show it yet. */
  readonly claimed: ReadonlySet<string>;
  /** Ids of those that this process retired, with the owner that was taken off; this adds to them. */
  readonly retired: Map<string, string | undefined>;
  readonly onRemoved?: ((image: Ami) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EndReport extends PruneReport {
  /** Whether a newer image is in its place, so that it is kept for going back. */
  readonly isReplaced: boolean;
  /** Those that would have gone if nothing used or protected them. */
  readonly held: readonly SurveyedImage[];
}

/**
 * Takes an image of a service out of service. Where another one of the service is there, it is kept for going back, and what is
 * then beyond `keep` goes; otherwise the service has ended, and all its images go. Never one that something uses.
 *
 * @throws KilnError `aws.*` of a call that failed before anything was removed; what failed later is in the report
 */
export async function endAmi(
  ami: Ami & { readonly service: string },
  session: AwsSession,
  options: EndAmiOptions,
): Promise<EndReport> {
  const { service } = ami;
  const { claimed, retired, owner, sessionIn, signal } = options;
  const listed = await findServiceImages(session, service, signal);
  const others = listed.filter(({ id }) => id !== ami.id);
  const without = new Set([...claimed].filter((id) => id !== ami.id));
  const ranked = rankImages(others, { keep: 0, now: session.clock.now(), claimed: without, retired });
  const isReplaced = without.size > 0 || ranked.some(({ standing }) => standing === 'current');
  const leaving = await retireAmi(ami, owner, session, { signal });
  retired.set(ami.id, owner);
  const keep = isReplaced ? options.keep : 0;
  const sets = { claimed: without, retired, sessionIn, signal };
  const survey = await surveyImages(
    session,
    { ...sets, service, keep: () => keep, uses: 'surplus', isEnd: !isReplaced },
    [...others, leaving],
  );
  // The one that Terraform knows of goes last: where another one fails, Terraform comes back.
  const report = await pruneImages(survey, session, {
    ...sets,
    endsAtFault: !isReplaced,
    onRemoved: options.onRemoved,
  });
  return { ...report, isReplaced, held: heldOf(survey) };
}

function heldOf({ images }: Survey): SurveyedImage[] {
  return images.filter(
    ({ standing, verdict }) => standing === 'surplus' && (verdict === 'in-use' || verdict === 'protected'),
  );
}
