import { parsePlan, reviewPlan, type ServiceChange } from '../../lib/plan';
import {
  awsPlan,
  changeOf,
  DIGEST_1,
  DIGEST_2,
  group,
  image,
  newImage,
  rollout,
  template,
  UPDATE,
  type Values,
} from './aws-fixtures';

const review = (...changes: readonly Values[]) => reviewPlan(parsePlan(awsPlan(...changes)));

/** The change of the one service on AWS. */
function service(...changes: readonly Values[]) {
  const [found] = review(...changes).services;
  if (found?.platform !== 'aws') throw new Error('the plan has no service on AWS');
  return found;
}

const paths = ({ because }: Pick<ServiceChange, 'because'>) => because.map(({ path }) => path);

test('a new image is one change of its service, with the template and the rollout that follow', () => {
  const { services, resources } = review(...newImage());
  expect(resources).toEqual([]);
  expect(services).toMatchObject([
    {
      platform: 'aws',
      name: 'shop-web',
      action: 'roll',
      image: { before: DIGEST_1, after: DIGEST_2 },
      version: { before: 1, after: null },
      size: { min: 3, max: 3, desired: 3 },
      inPlace: [],
      folded: ['kiln_aws_rollout.web', 'kiln_ami.web', 'aws_launch_template.web'],
    },
  ]);
  expect(paths(services[0] as ServiceChange)).toEqual(['image.digest', 'image.boot_args']);
});

describe('after a rollout that failed, the state has the image that failed, and its rollout the one that serves', () => {
  const DIGEST_3 = `sha256:${'c3'.repeat(32)}`;
  /** The image of the state, the one that is to be, and what the rollout knows of both. */
  const planned = (failed: string, next: string) =>
    service(
      changeOf('kiln_ami.web', failed === next ? ['no-op'] : ['create', 'delete'], {
        before: image(failed, '2'),
        after: image(next, '3'),
      }),
      changeOf('kiln_aws_rollout.web', ['update'], {
        before: rollout(1, { image_digest: DIGEST_1 }),
        after: rollout(undefined, { image_digest: next }),
        after_unknown: { launch_template: { version: true } },
      }),
    );

  test.each([
    ['the next one', DIGEST_3],
    ['the failed one again', DIGEST_2],
  ])('%s replaces what serves', (_which, next) => {
    const { image: images, because } = planned(DIGEST_2, next);
    expect(images).toEqual({ before: DIGEST_1, after: next });
    expect(because).toMatchObject([{ path: 'image.digest', before: DIGEST_1, after: next }]);
  });

  test('what serves is no other image, though its template gets a version', () => {
    const found = planned(DIGEST_2, DIGEST_1);
    expect(found.image).toEqual({ before: DIGEST_1, after: DIGEST_1 });
    expect(paths(found)).toEqual(['launch_template.version']);
  });
});

test('the batches are those of the policy, for as many instances as the group has', () => {
  expect(service(...newImage(2)).batches).toEqual([
    { waitMs: 0, switches: false, stop: 0, start: 1 },
    { waitMs: 0, switches: false, stop: 1, start: 1 },
    { waitMs: 0, switches: false, stop: 1, start: 0 },
  ]);
  expect(service(...newImage(2, { strategy: 'blue-green' })).batches).toMatchObject([
    { switches: false, start: 2 },
    { switches: true, stop: 2 },
  ]);
});

test('what else differs in the template is a reason too', () => {
  const found = service(
    changeOf('aws_launch_template.web', ['update'], {
      before: template('ami-1'),
      after: template('ami-1', { instance_type: 't3.micro', latest_version: undefined }),
      after_unknown: { latest_version: true },
    }),
    changeOf('kiln_aws_rollout.web', ['update'], {
      before: rollout(1),
      after: rollout(undefined),
      after_unknown: { launch_template: { version: true } },
    }),
  );
  expect(found).toMatchObject({ action: 'roll', image: { before: null, after: null } });
  expect(paths(found)).toEqual(['instance_type']);
});

test('a group that was changed by hand goes back to its version, and nothing else is said to be the reason', () => {
  const found = service(
    changeOf('kiln_aws_rollout.web', ['update'], { before: rollout(7), after: rollout(4) }),
  );
  expect(found).toMatchObject({ action: 'roll', version: { before: 7, after: 4 } });
  expect(paths(found)).toEqual(['launch_template.version']);
});

test('another policy changes nothing that runs', () => {
  const after = rollout(1, { update: { ...UPDATE, bake_ms: 5000 } });
  const found = service(changeOf('kiln_aws_rollout.web', ['update'], { before: rollout(1), after }));
  expect(found).toMatchObject({ action: 'settings', because: [], batches: [] });
  expect(found.inPlace.map(({ path }) => path)).toEqual(['update.bake_ms']);
});

test('another size of a blue/green service scales it', () => {
  const size = { min: 2, max: 4, desired: 2 };
  const found = service(
    changeOf('kiln_aws_rollout.web', ['update'], {
      before: rollout(1, { size }),
      after: rollout(1, { size: { ...size, max: 6 } }),
    }),
  );
  expect(found).toMatchObject({ action: 'scale', size: { min: 2, max: 6, desired: 2 }, batches: [] });
});

test('with a new service come its image, template and group', () => {
  const { services, resources } = review(
    changeOf('kiln_ami.web', ['create'], { after: image(DIGEST_1, '1') }),
    changeOf('aws_launch_template.web', ['create'], { after: template(undefined) }),
    changeOf('aws_autoscaling_group.web', ['create'], { after: group(2, 5) }),
    changeOf('aws_security_group.web', ['create'], { after: { name: 'x' } }),
    changeOf('kiln_aws_rollout.web', ['create'], { after: rollout(undefined) }),
  );
  expect(services).toMatchObject([
    { action: 'create', image: { before: null, after: DIGEST_1 }, size: { min: 2, max: 5, desired: 2 } },
  ]);
  expect(resources.map(({ address }) => address)).toEqual(['aws_security_group.web']);
});

test('with a service that goes, goes its group, which is known by its name', () => {
  const { services, resources } = review(
    changeOf('aws_autoscaling_group.web', ['delete'], { before: group(2) }),
    changeOf('aws_autoscaling_group.other', ['delete'], { before: { name: 'other' } }),
    changeOf('kiln_aws_rollout.web', ['delete'], { before: rollout(1) }),
  );
  expect(services).toMatchObject([{ action: 'delete', name: 'shop-web' }]);
  expect(resources.map(({ address }) => address)).toEqual(['aws_autoscaling_group.other']);
});

test('an image that changes in place is a resource of its own', () => {
  const { services, resources } = review(
    changeOf('kiln_ami.web', ['update'], {
      before: { ...image(DIGEST_1, '1'), keep: 5 },
      after: { ...image(DIGEST_1, '1'), keep: 6 },
    }),
    changeOf('kiln_aws_rollout.web', ['no-op'], { before: rollout(1), after: rollout(1) }),
  );
  expect(services).toEqual([]);
  expect(resources).toMatchObject([{ address: 'kiln_ami.web', action: 'update' }]);
});

test('a rollout whose plan says nothing of the code is reviewed by itself', () => {
  const [, , , change] = newImage();
  const plan = JSON.stringify({ format_version: '1.2', resource_changes: [change] });
  expect(reviewPlan(parsePlan(plan))).toMatchObject({
    services: [{ action: 'roll', size: null, batches: [], folded: ['kiln_aws_rollout.web'] }],
    resources: [],
  });
});

test('what rollouts and scaling change of a group is no drift; anything else is', () => {
  const drifted = (before: Values, after: Values) =>
    reviewPlan(
      parsePlan(
        JSON.stringify({
          ...JSON.parse(
            awsPlan(
              changeOf('aws_autoscaling_group.web', ['no-op'], { before: group(2), after: group(2) }),
              changeOf('kiln_aws_rollout.web', ['no-op'], { before: rollout(1), after: rollout(1) }),
            ),
          ),
          resource_drift: [changeOf('aws_autoscaling_group.web', ['update'], { before, after })],
        }),
      ),
    ).drift;
  const versions = (version: string, more = {}) => ({ launch_template: [{ version }], ...more });
  const before = versions('1', { desired_capacity: 2, max_size: 4 });
  expect(drifted(before, versions('2', { desired_capacity: 3, max_size: 4 }))).toEqual([]);
  expect(drifted(before, versions('2', { desired_capacity: 3, max_size: 5 }))).toMatchObject([
    { attributes: [{ path: 'max_size', before: 4, after: 5 }] },
  ]);
});
