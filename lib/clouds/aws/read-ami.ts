import type { Ami } from './ami';
import { describeImage } from './images';
import type { AwsSession } from './session';

/**
 * The image of an id; undefined where it is gone.
 *
 * @throws KilnError `aws.*`, of a call that failed
 */
export function readAmi(
  id: string,
  session: AwsSession,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Ami | undefined> {
  return describeImage(session, id, options.signal);
}
