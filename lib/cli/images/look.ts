import type { AwsSession, SessionIn, Survey, SurveyOptions } from '../../clouds/aws';
import { MOST_KEPT_IMAGES } from '../../spec';
import type { CommandContext } from '../context';
import { wholeNumber } from '../whole-number';
import { findPlaces, type Place } from './places';

export interface ImagesOptions {
  /** Only services of this stack. @default - all services of the account */
  readonly stack?: string | undefined;
  /** Only this service, `<stack>/<construct path>`. @default - all */
  readonly service?: string | undefined;
  readonly region?: string | undefined;
  /** Earlier images that each service keeps, as it was typed. @default - what the project's stacks say of each */
  readonly keep?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What was found in one region, and a session to go on with. */
export interface Looked extends Survey {
  readonly session: AwsSession;
  readonly sessionIn: SessionIn;
}

/**
 * Looks at the images of each region while `use` runs.
 *
 * @param uses see `surveyImages`
 * @throws KilnError `usage.number`, `aws.*`, `cli.interrupted`, those of `findPlaces`
 */
export async function withImages<T>(
  options: ImagesOptions,
  uses: SurveyOptions['uses'],
  context: CommandContext,
  use: (found: readonly Looked[], code: typeof import('../../clouds/aws')) => Promise<T>,
): Promise<T> {
  const asked =
    options.keep === undefined ? undefined : wholeNumber('--keep', options.keep, 0, MOST_KEPT_IMAGES);
  const { places, keep } = await findPlaces(options, context);
  const code = await import('../../clouds/aws');
  const sessions = new Map<string | undefined, Promise<AwsSession>>();
  const open = (region: string | undefined, endpoints: Place['endpoints']) => {
    const known = sessions.get(region) ?? code.openAwsSession({ region, endpoints });
    sessions.set(region, known);
    return known;
  };
  const { signal } = context.interrupts;
  const prefix = options.stack === undefined ? '' : `${options.stack}/`;
  const isMeant = (service: string) => service.startsWith(prefix);
  try {
    const found: Looked[] = [];
    for (const place of places) {
      const session = await open(place.region, place.endpoints);
      const sessionIn = (region: string) =>
        region === session.region ? Promise.resolve(session) : open(region, place.endpoints);
      const survey = await code.surveyImages(session, {
        service: options.service,
        keep: (service) => asked ?? keep.get(service) ?? Number.POSITIVE_INFINITY,
        uses,
        sessionIn,
        signal,
      });
      const images = survey.images.filter(({ image }) => isMeant(image.service ?? ''));
      const strays = survey.strays.filter(({ service }) => isMeant(service));
      found.push({ region: session.region, images, strays, session, sessionIn });
    }
    return await use(found, code);
  } catch (error) {
    context.interrupts.throwIfInterrupted();
    throw error;
  } finally {
    for (const session of sessions.values())
      await session.then(
        (one) => one.close(),
        () => undefined,
      );
  }
}
