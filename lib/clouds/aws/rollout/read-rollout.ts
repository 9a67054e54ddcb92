import { KilnError } from '../../../errors';
import type { AwsSession } from '../session';
import { type Asked, findStand, hasCapacity, isAt } from './blue-green-colours';
import { other } from './blue-green-weights';
import { type GroupState, readGroup, type UsedTemplate } from './read-group';
import type { RolloutGroup, TemplateVersion } from './rollout-request';

/** What a service runs, whoever made it so. */
export interface StandingRollout {
  /** The name of the group that serves. */
  readonly activeGroup: string;
  /** What the group launches and all of it was launched from; where something else is found beside what is expected, that. */
  readonly template: TemplateVersion;
  readonly size: { readonly min: number; readonly max: number };
}

/**
 * Looks at what a service runs. Undefined: a group of it is not there.
 *
 * @throws KilnError `aws.*`
 */
export async function readRollout(
  session: AwsSession,
  request: Asked,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<StandingRollout | undefined> {
  const groups = await Promise.all(request.groups.map(({ name }) => readGroup(session, name, signal)));
  const [only, second] = groups;
  if (groups.some((group) => group === undefined || group.isGoing) || only === undefined) return undefined;
  return second === undefined
    ? standingOf(only, request.launchTemplate)
    : readColours(session, request, signal);
}

async function readColours(
  session: AwsSession,
  request: Asked,
  signal: AbortSignal | undefined,
): Promise<StandingRollout> {
  const stand = await findStand(session, request, signal).catch((error) => {
    // A listener that somebody deleted or changed is mended by the next apply, which a failed read would prevent.
    if (!KilnError.is(error) || error.code !== 'rollout.listener') throw error;
    return findStand(session, { ...request, listeners: [] }, signal);
  });
  const serving = stand.serving ?? stand.colours[0];
  const found = standingOf(serving.sight.group, request.launchTemplate);
  const idle = stand.colours[other(serving.index)];
  // What an interrupted rollout left is to be seen as a difference, so that an apply has something to do.
  if (hasCapacity(idle) && !isAt(idle, found.template))
    return { ...found, template: standingOf(idle.sight.group, found.template).template };
  return found;
}

/** An instance of another version shows a rollout that ended in its middle, or somebody's hand. */
function standingOf(group: GroupState, expected: TemplateVersion): StandingRollout {
  const { name, min, max } = group;
  const present = group.instances.filter(({ lifecycle }) => lifecycle === 'InService');
  const found = [group.template, ...present.map(({ template }) => template)].map(versionOf);
  const odd = found.find(({ id, version }) => id !== expected.id || version !== expected.version);
  return { activeGroup: name, template: odd ?? expected, size: { min, max } };
}

/** `$Latest`, or no template at all, is no version that was ever asked for. */
function versionOf(template: UsedTemplate | undefined): TemplateVersion {
  if (template === undefined) return { id: '', version: 0 };
  return { id: template.id, version: Number.isNaN(template.version) ? 0 : template.version };
}

/** The groups of a service, by the id that Terraform imports it with: `web`, or `blue:green`. */
export function groupsOfId(id: string): RolloutGroup[] {
  return id.split(':').map((name) => ({ name, targetGroupArns: [] }));
}
