import { KilnError } from '../../../errors';
import type { AwsSession } from '../session';
import {
  allPointAt,
  type ColourIndex,
  type ListenerWeights,
  other,
  pointedAt,
  readWeights,
} from './blue-green-weights';
import { missingGroup } from './check-group';
import { observe, type Sight } from './observe';
import type { RolloutGroup, RolloutRequest, TemplateVersion } from './rollout-request';

/** One of the two groups, at one moment. */
export interface Colour {
  readonly index: ColourIndex;
  readonly name: 'blue' | 'green';
  readonly group: RolloutGroup;
  readonly sight: Sight;
}

/** Where a blue/green service stands. */
export interface Stand {
  readonly colours: readonly [blue: Colour, green: Colour];
  readonly listeners: readonly ListenerWeights[];
  /** The colour that serves; undefined before a first deployment has come that far. */
  readonly serving: Colour | undefined;
  /** True where the listeners all say the same. */
  readonly isSettled: boolean;
}

/** What of a request says where it stands. */
export type Asked = Pick<RolloutRequest, 'service' | 'groups' | 'listeners' | 'launchTemplate'>;

/**
 * Finds out which colour serves, from AWS alone: what the listeners' weights say, and without listeners, which group has
 * instances. So it does not matter where an earlier deployment ended.
 *
 * @throws KilnError `rollout.group-missing`, `rollout.group`, `rollout.listener`, `aws.*`
 */
export async function findStand(session: AwsSession, asked: Asked, signal?: AbortSignal): Promise<Stand> {
  const { groups, listeners = [], launchTemplate } = asked;
  const [blue, green] = groups;
  if (blue === undefined || green === undefined || groups.length > 2)
    throw new KilnError(`blue/green takes two groups, and there are ${groups.length}`, {
      code: 'rollout.group',
    });
  const [seenBlue, seenGreen, weights] = await Promise.all([
    see(session, blue, 0, asked, signal),
    see(session, green, 1, asked, signal),
    readWeights(session, listeners, groups, signal),
  ]);
  const colours = [seenBlue, seenGreen] as const;
  const index = servingIndex(colours, weights, launchTemplate);
  return {
    colours,
    listeners: weights,
    serving: index === undefined ? undefined : colours[index],
    isSettled: index === undefined || allPointAt(weights, index),
  };
}

/** Where a first deployment goes: to the colour that the listeners send to already. */
export function firstColour({ colours, listeners }: Stand): Colour {
  return colours[pointedAt(listeners) ?? 0];
}

/** Has or wants instances, leaving ones not counted. */
export function hasCapacity({ sight }: Pick<Colour, 'sight'>): boolean {
  return sight.group.desired > 0 || sight.instances.some(({ phase }) => phase !== 'leaving');
}

/** True where the group launches from this version and all that it has was launched from it. */
export function isAt({ sight }: Pick<Colour, 'sight'>, { id, version }: TemplateVersion): boolean {
  const { template } = sight.group;
  const present = sight.instances.filter(({ phase }) => phase !== 'leaving');
  return (
    template?.id === id && template.version === version && present.every((one) => one.version === version)
  );
}

function servingIndex(
  colours: readonly [Colour, Colour],
  listeners: readonly ListenerWeights[],
  wanted: TemplateVersion,
): ColourIndex | undefined {
  const filled = colours.filter(hasCapacity);
  const [only] = filled;
  // A colour without instances serves nobody, whatever the listeners say.
  if (filled.length < 2) return only?.index;
  const pointed = pointedAt(listeners);
  if (pointed !== undefined) return pointed;
  // Both have instances and no listener tells: the one at the wanted version is the one that was being filled.
  const newer = filled.find((colour) => isAt(colour, wanted));
  return newer === undefined ? 0 : other(newer.index);
}

async function see(
  session: AwsSession,
  group: RolloutGroup,
  index: ColourIndex,
  asked: Asked,
  signal: AbortSignal | undefined,
): Promise<Colour> {
  const sight = await observe(session, group, asked.launchTemplate, signal);
  if (sight?.group.mixed)
    throw new KilnError(
      `the group '${group.name}' mixes kinds of instances, and blue/green moves groups of one kind`,
      { code: 'rollout.group', remedy: "Leave its mixed instances policy out, or update it by 'rolling'." },
    );
  if (sight) return { index, name: index === 0 ? 'blue' : 'green', group, sight };
  throw missingGroup(group.name, asked);
}
