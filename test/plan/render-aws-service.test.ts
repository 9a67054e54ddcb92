import { styleFor } from '../../lib/io/host';
import { parsePlan, renderReview, reviewPlan } from '../../lib/plan';
import {
  awsPlan,
  changeOf,
  DIGEST_1,
  group,
  image,
  newImage,
  rollout,
  template,
  type Values,
} from './aws-fixtures';

const render = (...changes: readonly Values[]) =>
  renderReview(reviewPlan(parsePlan(awsPlan(...changes))), { stack: 'shop', style: styleFor(false) }).join(
    '\n',
  );

test('a new image is a page of ten lines: what, in which batches, what if it fails', () => {
  expect(render(...newImage(9))).toBe(`
~ shop-web  rolls to new instances, 9 instances in 9 batches
    image           a1a1a1a1a1a1 → b2b2b2b2b2b2
    boot args       - --version=1
                    + --version=2
    batch 1         + 1 new one
    batches 2 to 9  - 1 old one  + 1 new one  each
    then            - 1 old one
    if it fails     goes back to image a1a1a1a1a1a1 by itself
    with it         kiln_ami.web, aws_launch_template.web

shop: 1 service to roll.`);
});

test('bake times, pauses and the switch stand where they are', () => {
  const steps = [{ percent: 50, pause_ms: 60_000 }];
  expect(render(...newImage(2, { steps }))).toMatch(/batch 2\s+after 1 min {2}\+ 1 new one\n/);
  expect(render(...newImage(2, { strategy: 'blue-green', bake_ms: 5000 }))).toMatch(
    /then\s+after 5 s {2}switch {2}- 2 old ones/,
  );
});

test('switching rollback off is pointed out', () => {
  expect(render(...newImage(2, { rollback: false }))).toContain(
    'stays as it is then: going back is switched off',
  );
});

test('a group that was changed by hand shows both versions of its template', () => {
  const text = render(
    changeOf('kiln_aws_rollout.web', ['update'], { before: rollout(7), after: rollout(4) }),
  );
  expect(text).toContain('~ shop-web  rolls to new instances');
  expect(text).toMatch(/template\s+version 7 → 4/);
  expect(text).toMatch(/if it fails\s+goes back to version 7 by itself/);
});

test('a new service shows its image, its size, and what comes with it', () => {
  const text = render(
    changeOf('kiln_ami.web', ['create'], { after: image(DIGEST_1, '1') }),
    changeOf('aws_launch_template.web', ['create'], { after: template(undefined) }),
    changeOf('aws_autoscaling_group.web', ['create'], { after: group(2, 5) }),
    changeOf('kiln_aws_rollout.web', ['create'], { after: rollout(undefined) }),
  );
  expect(text).toContain('+ shop-web  new, 2 of 2 to 5 instances');
  expect(text).toMatch(/image\s+a1a1a1a1a1a1\n/);
  expect(text).toMatch(/with it\s+kiln_ami.web, aws_launch_template.web, aws_autoscaling_group.web/);
  expect(text).toContain('shop: 1 service to create.');
});

test('another size, another policy and a removal are told apart', () => {
  const change = (actions: string[], before: object | null, after: object | null) =>
    render(changeOf('kiln_aws_rollout.web', actions, { before: before as never, after: after as never }));
  const size = { min: 2, max: 4, desired: 2 };
  const scaled = change(['update'], rollout(1, { size }), rollout(1, { size: { ...size, max: 6 } }));
  expect(scaled).toContain('~ shop-web  scales, 2 of 2 to 6 instances; instances that stay are not touched');
  expect(scaled).toMatch(/size max\s+4 → 6 {2}in place/);
  expect(change(['update'], rollout(1), rollout(1, { alarms: ['slow'] }))).toContain(
    '~ shop-web  changes in place; no instance is replaced',
  );
  expect(change(['delete'], rollout(1), null)).toContain('- shop-web  is removed');
  expect(change(['delete', 'create'], rollout(1), rollout(1))).toContain(
    '± shop-web  gets other groups, with an interruption',
  );
});

test('a rollout that ended in its middle goes back to a version, since the image of before is not known', () => {
  const same = { before: image(DIGEST_1, '1'), after: image(DIGEST_1, '1') };
  const text = render(
    changeOf('kiln_ami.web', ['no-op'], same),
    changeOf('aws_launch_template.web', ['no-op'], { before: template('ami-1'), after: template('ami-1') }),
    changeOf('kiln_aws_rollout.web', ['update'], { before: rollout(1), after: rollout(2) }),
  );
  expect(text).toMatch(/template\s+version 1 → 2/);
  expect(text).toMatch(/if it fails\s+goes back to version 1 by itself/);
});
