import { Refusal } from '../refusal';
import type { State } from '../state';
import { beginActivity, endActivity } from './activities';
import type { Behaviour, FakeGroup, FakeInstance, GroupTemplate } from './model';
import { chosenVersion, type FakeTemplate, type FakeTemplateVersion } from './templates';

/** Seconds before a group tries again after a launch failed. */
const AGAIN_SECONDS = 60;
/** Those that the hypervisor before Nitro runs (EC2 guide, Instances built on the Nitro System). */
const XEN =
  /^(t1|t2|m1|m2|m3|m4|c1|c3|c4|cc2|cr1|d2|g2|g3|g3s|h1|hs1|i2|i3|p2|p3|r3|r4|x1|x1e|f1)\.(?!metal)/;

export function isNitro(instanceType: string): boolean {
  return !XEN.test(instanceType);
}

/** Launches one into the group, or notes why not. */
export function launchInto(
  state: State,
  group: FakeGroup,
  config: GroupTemplate,
  cause: string,
  pool = false,
): FakeInstance | undefined {
  const id = state.newId('i');
  group.launches++;
  try {
    const { template, version } = chosenVersion(state, config.template);
    const imageId = usableImage(state, version);
    const behaviour = state.behave({
      instanceId: id,
      imageId,
      version: version.number,
      group: group.name,
      ordinal: group.launches,
    });
    if (behaviour.launchError) throw new Refusal('Client.LaunchFailed', behaviour.launchError);
    return launched(state, group, { id, imageId, template, version, behaviour, cause, pool });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    fail(state, group, error.message, cause);
    return undefined;
  }
}

function usableImage(state: State, version: FakeTemplateVersion): string {
  const id = version.data.text('ImageId');
  if (!id) throw new Refusal('ValidationError', 'The launch template names no image.');
  if (state.foreignImages.has(id)) return id;
  const image = state.images.get(id);
  if (!image) throw new Refusal('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist.`);
  if (image.state !== 'available')
    throw new Refusal('IncorrectState', `The image '${id}' is ${image.state}.`);
  return id;
}

function launched(
  state: State,
  group: FakeGroup,
  made: {
    readonly id: string;
    readonly imageId: string;
    readonly template: FakeTemplate;
    readonly version: FakeTemplateVersion;
    readonly behaviour: Behaviour;
    readonly cause: string;
    readonly pool: boolean;
  },
): FakeInstance {
  const { id, imageId, template, version, behaviour, cause, pool } = made;
  const description = `Launching a new EC2 instance${pool ? ' into warm pool' : ''}: ${id}`;
  const activity = beginActivity(state, group, description, cause, 'PreInService');
  const place = state.fleet.nextPlace(group);
  const instance: FakeInstance = {
    id,
    group: group.name,
    template: { id: template.id, name: template.name, version: version.number },
    imageId,
    instanceType: version.data.text('InstanceType') ?? firstOverride(group) ?? 'm1.small',
    ...place,
    tags: tagsOf(group, version, template),
    behaviour,
    launchedAt: state.clock.now,
    activityId: activity.id,
    state: 'pending',
    stateReason: undefined,
    lifecycle: pool ? 'Warmed:Pending' : 'Pending',
    health: 'Healthy',
    protected: group.newProtected,
    inServiceAt: undefined,
    endActivityId: undefined,
    endedAt: undefined,
    posted: undefined,
    guest: undefined,
    guestHealthy: undefined,
  };
  state.fleet.instances.set(id, instance);
  return instance;
}

function firstOverride(group: FakeGroup): string | undefined {
  return JSON.stringify(group.launch.mixed ?? {}).match(/"InstanceType":"([^"]+)"/)?.[1];
}

function tagsOf(group: FakeGroup, version: FakeTemplateVersion, template: FakeTemplate): Map<string, string> {
  const own = version.data
    .members('TagSpecification')
    .filter((one) => one.text('ResourceType') === 'instance')
    .flatMap((one) => one.tags('Tag'));
  const passedOn = [...group.tags].flatMap(([key, { value, atLaunch }]): [string, string][] =>
    atLaunch ? [[key, value]] : [],
  );
  return new Map([
    ...own,
    ...passedOn,
    ['aws:autoscaling:groupName', group.name],
    ['aws:ec2launchtemplate:id', template.id],
    ['aws:ec2launchtemplate:version', String(version.number)],
  ]);
}

function fail(state: State, group: FakeGroup, why: string, cause: string): void {
  const message = `${why} Launching EC2 instance failed.`;
  const description = `Launching a new EC2 instance.  Status Reason: ${message}`;
  const { id } = beginActivity(state, group, description, cause, 'InProgress');
  endActivity(state, group, id, 'Failed', message);
  group.launchAgainAt = state.clock.now + AGAIN_SECONDS * state.world.secondMs;
}
