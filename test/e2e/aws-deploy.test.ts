import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetDesiredCapacityCommand } from '@aws-sdk/client-auto-scaling';
import type { AwsCloud } from '../helpers/aws-cloud';
import { startAwsCloud, testWithAwsCloud } from '../helpers/aws-cloud';
import type { RunningGuest } from '../helpers/aws-fake';
import { clientsOf } from '../helpers/aws-fake/clients';
import { startNitroGuest } from '../helpers/aws-fake/nitro-guest';
import { temporaryHome } from '../helpers/home';
import { endGuest, endGuestsAfterwards, type HttpGuest } from '../helpers/http-guest';
import { AwsProject, SHOP, type Shop } from './aws-project';

jest.setTimeout(240_000);

const deploys = testWithAwsCloud('make', 'gcc', 'qemu-system-x86_64');
endGuestsAfterwards();

// Where all is skipped, no hook would remove it.
const home = deploys === test.skip ? '' : temporaryHome().home;
let cloud: AwsCloud;
let project: AwsProject;

/** Names of calls of which one did not mention the tag of the stack. */
const untagged = new Set<string>();
/** The version of the shop that each image is of. */
const versions = new Map<string, string>();
/** Names of all calls so far, by what they were made for. */
const called = { plan: new Set<string>(), deploy: new Set<string>(), prune: new Set<string>() };

/** What is around an image, and not in it. */
const AROUND: Partial<Shop> = { max: 5, health: '/', database: 5433 };
/** What the first deploy and the last have, and others have not: tags are in an image, the others around it. */
const FIRST: Partial<Shop> = {
  tags: { team: 'shops', was: 'there' },
  max: 6,
  health: '/?first',
  database: 5431,
};

/** AWS checks these beside a call; nobody calls them. */
const IMPLIED = ['ec2:RunInstances', 'iam:CreateServiceLinkedRole'];
/**
 * For what does not happen here: a refresh that somebody else began, a group that comes behind another balancer, more zones, an
 * image that no apply came to mark.
 */
const UNUSUAL = {
  plan: [],
  deploy: [
    'autoscaling:CancelInstanceRefresh',
    ...['Attach', 'Describe', 'Detach'].map((verb) => `autoscaling:${verb}LoadBalancerTargetGroups`),
    'elasticloadbalancing:SetSubnets',
  ],
  prune: ['ec2:CreateTags'],
};
/** Everybody may ask who he is; the other is this file's own. */
const NOT_KILNS = ['sts:GetCallerIdentity', 'autoscaling:SetDesiredCapacity'];

beforeAll(async () => {
  // Slow enough that a group waits longer for an instance than the instance needs.
  cloud = await startAwsCloud({ secondMs: 10 });
  project = new AwsProject(home, cloud.env);
  commit('the first');
});
afterAll(async () => {
  await cloud.stop();
  project.remove();
});

/** Makes a commit in the user's repository. */
function commit(message: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=u', '-c', 'user.email=u@example.com', ...args], {
      cwd: project.folder,
      stdio: 'pipe',
    });
  if (message === 'the first') git('init', '-q');
  git('commit', '-q', '--allow-empty', '-m', message);
}

/** Runs a command, and notes what it called. */
async function run(words: string, shop: Partial<Shop> = {}) {
  cloud.calls.splice(0);
  const ended = await project.run(words, shop);
  const phase = words.startsWith('diff') ? 'plan' : words.startsWith('images') ? 'prune' : 'deploy';
  for (const { name = '', parameters } of cloud.calls) {
    called[phase].add(name);
    if (!Object.values(parameters).includes('kiln:stack')) untagged.add(name);
  }
  for (const { id } of cloud.images) if (!versions.has(id)) versions.set(id, shop.version ?? SHOP.version);
  return ended;
}

/** What a deploy prints that must succeed. */
async function deploy(shop: Partial<Shop> = {}): Promise<string> {
  const { exitCode, output } = await run('deploy --yes', shop);
  if (exitCode !== 0) throw new Error(output);
  return output;
}

deploys(
  'a deploy makes instances that its balancer finds healthy, of which one is booted from what was uploaded',
  async () => {
    const guest = bootFirstImageOf('shop/web');
    cloud.behave(({ group, ordinal }) =>
      group === 'shop-web' && ordinal === 1 ? { guest: { start: () => guest } } : {},
    );
    const output = await deploy(FIRST);
    expect(await (await guest).answer()).toMatch(/^web version=1 /);
    expect(output).toMatch(/shop-web +http:\/\/shop-public-\S+\n/);
    for (const image of cloud.images) expect(image.tags.get('kiln:commit')).toMatch(/^[0-9a-f]{40}/);
    expect(versionsOf('shop-web', 'shop-api', 'shop-api-green', 'shop-jobs')).toEqual([
      ['1', '1'],
      ['1', '1'],
      [],
      ['1', '1', '1', '1'],
    ]);
    expect(healthOf('shop-web')).toEqual(['healthy', 'healthy']);
  },
);

deploys('a plan with nothing changed is empty, also after a new commit', async () => {
  commit('one that changes no image');
  const { exitCode, output } = await run('diff --exit-code', FIRST);
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining('no changes') });
});

deploys('what is around an image is changed without one', async () => {
  const { out } = await run('diff --json', { ...FIRST, ...AROUND });
  const { services } = JSON.parse(out) as { services: unknown[] };
  expect({ services, out }).toEqual({ services: [], out: expect.stringContaining('aws_lb_target_group') });
});

deploys('a new version comes by rolling, by canary and by blue/green, each as it is told', async () => {
  const before = cloud.instances().map(({ id }) => id);
  await deploy({ version: '2' });
  expect(cloud.instances().filter(({ id }) => before.includes(id))).toEqual([]);
  expect(cloud.refreshes('shop-web')).toMatchObject([{ status: 'Successful' }]);
  expect(cloud.refreshes('shop-jobs')).toMatchObject([
    { status: 'Successful', preferences: { checkpoints: [25, 100] } },
  ]);
  expect(versionsOf('shop-api', 'shop-api-green')).toEqual([[], ['2', '2']]);
  expect(versionsThat('Warmed:Stopped', 'shop-jobs')).toEqual(['2']);
});

describe('a version that never gets healthy: the deploy fails, shows its console, and the old one serves', () => {
  const sick = { healthyAfterMs: 'never', console: 'booting\npanic: no such device\n' } as const;

  deploys.each([
    ['blue/green', 'shop-api', ['shop-api', 'shop-api-green'], [[], ['2', '2']], 3],
    // One fewer, so that what replaces it has something to prune.
    ['rolling', 'shop-web', ['shop-web'], [['2', '2']], 2],
  ] as const)('%s', async (_, name, groups, serving, keep) => {
    const good = new Set(cloud.images.map(({ id }) => id));
    cloud.behave(({ group, imageId }) => (group.startsWith(name) && !good.has(imageId) ? sick : {}));
    const { exitCode, output } = await run('deploy --yes', { version: `sick ${name}`, keep, patience: 5 });
    cloud.behave(() => ({}));
    expect({ exitCode, output }).toEqual({
      exitCode: 1,
      output: expect.stringContaining(`'${name}' failed`),
    });
    expect(output).toContain('panic: no such device');
    expect(output).toMatch(/serves now: /);
    expect(versionsOf(...groups)).toEqual(serving);
    expect(healthOf(groups.at(-1) as string)).toEqual(['healthy', 'healthy']);
  });
});

deploys(
  'going back uploads nothing, and works where a group that had grown shrinks in the middle',
  async () => {
    await setSize('shop-web', 4);
    while (cloud.instances('shop-web').length < 4) await sleep(20);
    cloud.behave(() => ({ healthyAfterMs: 300 }));
    const deployed = deploy(FIRST);
    // Its failure is told by the wait below.
    deployed.catch(() => undefined);
    const isUnderWay = () =>
      cloud.refreshes('shop-web').some(({ status, made }) => status === 'InProgress' && made.size > 0);
    while (!isUnderWay()) await Promise.race([sleep(20), deployed]);
    await setSize('shop-web', 2);
    await deployed;
    cloud.behave(() => ({}));
    expect(cloud.called.filter((name) => name.startsWith('ebs:'))).toEqual([]);
    expect(versionsOf('shop-web', 'shop-jobs', 'shop-api', 'shop-api-green').flat()).toEqual(
      Array(8).fill('1'),
    );
    expect(await run('diff --exit-code', FIRST)).toMatchObject({ exitCode: 0 });
  },
);

deploys('images that are kept go when that is asked for, and what serves stays', async () => {
  const serving = new Set(cloud.instances().map(({ imageId }) => imageId));
  const { exitCode, output } = await run('images list', FIRST);
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.stringContaining('shop/web') });
  expect(cloud.images.length).toBeGreaterThan(serving.size);
  expect(await run('images prune --keep 0 --yes', FIRST)).toMatchObject({ exitCode: 0 });
  // The colour that waits would start instances of its own.
  const started = ['shop-web', 'shop-jobs', 'shop-api', 'shop-api-green'].map(imageStartedBy);
  expect(new Set(cloud.images.map(({ id }) => id))).toEqual(new Set(started));
  expect(started).toEqual(expect.arrayContaining([...serving]));
});

deploys('a destroy leaves nothing', async () => {
  const { exitCode, output } = await run('destroy --yes', FIRST);
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: expect.any(String) });
  const { groups, images, launchTemplates, snapshots, targetGroups } = cloud;
  expect({ groups, images, launchTemplates, snapshots, targetGroups, instances: cloud.instances() }).toEqual({
    groups: [],
    images: [],
    launchTemplates: [],
    snapshots: [],
    targetGroups: [],
    instances: [],
  });
});

deploys.each(['plan', 'deploy', 'prune'] as const)(
  'what was called for %s is what `kiln iam aws` allows for it, nothing more and nothing less',
  async (phase) => {
    const { out } = await project.run(`iam aws --for ${phase}`, FIRST);
    const { Statement } = JSON.parse(out) as { Statement: { Action: string | string[] }[] };
    const allowed = new Set(Statement.flatMap(({ Action }) => Action));
    const unseen = [...IMPLIED, ...UNUSUAL[phase]];
    expect([...allowed].filter((name) => !unseen.includes(name)).sort()).toEqual(
      [...called[phase]].filter((name) => !NOT_KILNS.includes(name)).sort(),
    );
  },
);

deploys('what is made carries the tag that the policy asks for', async () => {
  const { out } = await project.run('iam aws', FIRST);
  const { Statement } = JSON.parse(out) as { Statement: { Action: string | string[]; Condition?: object }[] };
  const making = Statement.filter(({ Condition }) =>
    JSON.stringify(Condition)?.includes('RequestTag/kiln:stack'),
  );
  const actions = making.flatMap(({ Action }) => Action);
  expect(actions).toEqual(expect.arrayContaining(['ec2:CreateVpc', 'autoscaling:CreateAutoScalingGroup']));
  expect(actions.filter((action) => untagged.has(action))).toEqual([]);
});

/** Boots an instance from its image, as soon as there is one: emulated, it needs more time than the fake gives to others. */
async function bootFirstImageOf(service: string): Promise<RunningGuest & HttpGuest> {
  const find = () =>
    cloud.images.find(({ tags, state }) => tags.get('kiln:service') === service && state === 'available');
  while (find() === undefined) await sleep(50);
  const disk = cloud.disk(find()?.blockDevices[0]?.snapshotId ?? '');
  const guest = await startNitroGuest(disk, join(project.folder, 'volume.raw'));
  await guest.answer();
  return { ...guest, address: `127.0.0.1:${guest.port}`, stop: () => endGuest(guest) };
}

/** What the balancers say of a group's instances. */
function healthOf(group: string): (string | undefined)[] {
  const targets = [...cloud.group(group).targetGroupArns].map((arn) => cloud.targetHealth(arn));
  return cloud.instances(group).flatMap(({ id }) => targets.map((states) => states[id]));
}

/** The versions of the shop that serve in groups. */
function versionsOf(...groups: readonly string[]): string[][] {
  return groups.map((group) => versionsThat('InService', group));
}

/** The versions of the shop that a group's instances in a state are of. */
function versionsThat(state: 'InService' | 'Warmed:Stopped', group: string): string[] {
  const there = cloud.instances(group).filter(({ lifecycle }) => lifecycle === state);
  return there.map(({ imageId }) => versions.get(imageId) ?? `unknown ${imageId}`);
}

/** The image that a group would start an instance of. */
function imageStartedBy(group: string): string | undefined {
  const { id, version } = cloud.group(group).launch.template;
  const template = cloud.launchTemplates.find((one) => one.id === id);
  return template?.versions.get(Number(version))?.data.text('ImageId');
}

async function setSize(group: string, size: number): Promise<void> {
  const { autoscaling, close } = clientsOf(cloud);
  await autoscaling.send(
    new SetDesiredCapacityCommand({ AutoScalingGroupName: group, DesiredCapacity: size }),
  );
  close();
}
