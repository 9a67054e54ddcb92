import { ApplyView } from '../../../lib/cli/deploy/apply-view';
import { MemoryHost } from '../../../lib/io/memory-host';
import { Progress } from '../../../lib/io/progress';
import { parsePlan, reviewPlan } from '../../../lib/plan';
import type { ServiceEvent } from '../../../lib/spec';
import { awsPlan, newImage } from '../../plan/aws-fixtures';
import { planOf, serviceChange, WEB, WEB_2 } from '../../plan/fixtures';

function view(host = new MemoryHost(), plan = planOf(serviceChange(WEB, WEB_2))) {
  const review = reviewPlan(parsePlan(plan));
  const made = new ApplyView(new Progress(host.err), host.err, review, 'deploying shop');
  const lines = () =>
    host.errText
      .replace(/^ *\d+\.\d s {2}/gm, '')
      .trimEnd()
      .split('\n');
  return { made, lines };
}

const event = (
  kind: ServiceEvent['kind'],
  message: string,
  instance: string | null = null,
): ServiceEvent => ({
  at: '',
  service: 'shop-web',
  kind,
  instance,
  message,
});

const hook = (type: string, address: string, action: string) => ({
  address,
  type,
  action,
  elapsedSeconds: 1,
});

test('each event is a line, marked by its kind', () => {
  const { made, lines } = view();
  made.event(event('batch-started', 'batch 1 of 3: start shop-web-1-0'));
  made.event(event('instance-healthy', 'healthy after 0.42 s', 'shop-web-1-0'));
  made.event(event('instance-crashed', 'shop-web-1-0 crashed', 'shop-web-1-0'));
  made.event(event('rolling-back', 'going back'));
  expect(lines()).toEqual([
    'shop-web  ▸ batch 1 of 3: start shop-web-1-0',
    'shop-web  ✓ shop-web-1-0 healthy after 0.42 s',
    'shop-web  ✗ shop-web-1-0 crashed',
    'shop-web  ↩ going back',
  ]);
});

test('a start that its batch has announced is not said twice', () => {
  const { made, lines } = view();
  made.event(event('batch-started', 'batch 1 of 1: start shop-web-1-0'));
  made.event(event('instance-started', 'starting shop-web-1-0', 'shop-web-1-0'));
  made.event(event('instance-started', 'starting shop-web-1-1', 'shop-web-1-1'));
  expect(lines()).toEqual([
    'shop-web  ▸ batch 1 of 1: start shop-web-1-0',
    'shop-web  + starting shop-web-1-1',
  ]);
});

test('a service that has gone back is not said to have failed as well', () => {
  const { made, lines } = view();
  made.event(event('rolled-back', 'as before'));
  made.message({ kind: 'failed', resource: hook('kiln_local_service', 'kiln_local_service.web', 'update') });
  expect(lines()).toEqual(['shop-web  ↩ as before']);
});

test('a kind that a newer provider sends is shown all the same', () => {
  const { made, lines } = view();
  made.event(event('something-new' as ServiceEvent['kind'], 'hello'));
  expect(lines()).toEqual(['shop-web  · hello']);
});

test('other resources tell when they start and end', () => {
  const { made, lines } = view();
  made.message({ kind: 'started', resource: hook('aws_vpc', 'aws_vpc.v', 'create') });
  made.message({ kind: 'done', resource: hook('aws_vpc', 'aws_vpc.v', 'create') });
  made.message({ kind: 'failed', resource: hook('aws_vpc', 'aws_vpc.w', 'delete') });
  made.message({ kind: 'other' });
  expect(lines()).toEqual(['aws_vpc.v  · creating', 'aws_vpc.v  ✓ created', 'aws_vpc.w  ✗ failed']);
});

test('a service speaks for itself; Terraform only says that it is done where the service did not', () => {
  const { made, lines } = view();
  const resource = hook('kiln_local_service', 'kiln_local_service.web', 'update');
  made.message({ kind: 'started', resource });
  made.message({ kind: 'done', resource });
  made.event(event('rollout-finished', 'all new'));
  made.message({ kind: 'done', resource });
  expect(lines()).toEqual(['shop-web  ✓ updated', 'shop-web  ✓ all new']);
});

test('what comes with a service on AWS is told under its name, and does not end its rollout', () => {
  const { made, lines } = view(new MemoryHost(), awsPlan(...newImage()));
  const resource = (type: string, action = 'update') => hook(type, `${type}.web`, action);
  made.message({ kind: 'started', resource: resource('kiln_ami', 'create') });
  made.event(event('image-ready', 'ami-2 is available'));
  made.message({ kind: 'done', resource: resource('kiln_ami', 'create') });
  made.message({ kind: 'started', resource: resource('kiln_aws_rollout') });
  made.message({ kind: 'failed', resource: resource('kiln_aws_rollout') });
  made.event(event('rolled-back', 'as before'));
  made.message({ kind: 'failed', resource: resource('kiln_aws_rollout') });
  expect(lines()).toEqual([
    'shop-web  · creating kiln_ami.web',
    'shop-web  ✓ ami-2 is available',
    'shop-web  ✓ created kiln_ami.web',
    'shop-web  ✗ failed',
    'shop-web  ↩ as before',
  ]);
});

test('on a terminal it stands below how far each of several services is', () => {
  const host = new MemoryHost({ live: true });
  const { made } = view(host);
  made.start();
  made.event(event('baking', 'watching for 2 s'));
  expect(host.errText).not.toContain('shop-web: watching');
  made.event({ ...event('batch-started', 'batch 1'), service: 'shop-api' });
  expect(host.errText).toContain('deploying shop 0.0 s\n  shop-web: watching for 2 s\n  shop-api: batch 1\n');
});
