import { reviewService } from '../../lib/plan/service-change';
import { instanceNames, revisionOf } from '../../lib/spec';
import { attributesOf, serviceChange, WEB, WEB_2 } from './fixtures';

test('a new image rolls the service: why, who goes, who comes, in which batches', () => {
  const review = reviewService(serviceChange(WEB, WEB_2));
  expect(review.action).toBe('roll');
  expect(review.because.map(({ path }) => path)).toEqual(['image.digest', 'image.boot_args']);
  expect(review.inPlace).toEqual([]);
  expect(review.instances).toEqual({ come: instanceNames(WEB_2), go: instanceNames(WEB), stay: [] });
  expect(review.revision).toEqual({ before: revisionOf(WEB), after: revisionOf(WEB_2) });
  expect(review.batches.flatMap(({ start }) => start)).toEqual(instanceNames(WEB_2));
  expect(review.batches.flatMap(({ stop }) => stop).sort()).toEqual(instanceNames(WEB));
  expect(review.batches[0]).toMatchObject({ start: [`shop-web-${revisionOf(WEB_2)}-0`], stop: [] });
});

test('more instances of the same version come beside those that stay', () => {
  const review = reviewService(serviceChange(WEB, { ...WEB, instances: 5 }));
  expect(review.action).toBe('scale');
  expect(review.instances).toEqual({
    come: instanceNames({ ...WEB, instances: 5 }).slice(3),
    go: [],
    stay: instanceNames(WEB),
  });
  expect(review.batches.flatMap(({ start }) => start)).toEqual(review.instances.come);
});

test('a health check or policy that changes replaces nothing', () => {
  const after = {
    ...WEB,
    healthCheck: { ...WEB.healthCheck, path: '/ready' },
    update: { ...WEB.update, bakeMs: 5000 },
  };
  const review = reviewService(serviceChange(WEB, after));
  expect(review).toMatchObject({ action: 'settings', because: [], batches: [] });
  expect(review.inPlace.map(({ path }) => path)).toEqual(['health_check.path', 'update.bake_ms']);
  expect(review.instances).toEqual({ come: [], go: [], stay: instanceNames(WEB) });
});

test('memory, port and peers are fixed at boot, so they roll the service too', () => {
  const peers = [{ service: 'shop-api', address: '10.0.2.100', port: 9000 }];
  const review = reviewService(serviceChange(WEB, { ...WEB, memoryMib: 128, port: 9090, peers }));
  expect(review.action).toBe('roll');
  expect(review.because.map(({ path }) => path)).toEqual(['memory_mib', 'port', 'peers']);
});

test('another place of the same staged kernel is no news', () => {
  const review = reviewService(serviceChange(WEB, { ...WEB, image: { ...WEB.image, path: '/elsewhere' } }));
  expect(review).toMatchObject({ action: 'settings', because: [], inPlace: [], batches: [] });
});

test('a new service starts in the batches that the rule would make of it', () => {
  const review = reviewService(serviceChange(null, WEB));
  expect(review).toMatchObject({ action: 'create', because: [], inPlace: [] });
  expect(review.batches.flatMap(({ start }) => start)).toEqual(instanceNames(WEB));
});

test('a removed service names the instances that go', () => {
  const review = reviewService(serviceChange(WEB, null));
  expect(review).toMatchObject({ action: 'delete', name: 'shop-web', batches: [] });
  expect(review.instances.go).toEqual(instanceNames(WEB));
});

test('one that failed to be created is made anew', () => {
  const resource = serviceChange(WEB, WEB);
  const review = reviewService({
    ...resource,
    change: { ...resource.change, actions: ['delete', 'create'] },
  });
  expect(review.action).toBe('replace');
  expect(review.instances).toEqual({ come: instanceNames(WEB), go: instanceNames(WEB), stay: [] });
});

test('what is known only at apply is not guessed', () => {
  const resource = serviceChange(WEB, WEB_2);
  const { image: _, instance_names: __, ...after } = attributesOf(WEB_2);
  const review = reviewService({
    ...resource,
    change: {
      ...resource.change,
      after,
      after_unknown: { image: true, instance_names: true, revision: true },
    },
  });
  expect(review).toMatchObject({ action: 'roll', after: null, batches: [] });
  expect(review.because.map(({ path, after: value }) => [path, String(value)])).toEqual([
    ['image', '(known after apply)'],
  ]);
  expect(review.instances).toEqual({ come: null, go: null, stay: null });
});

test('a service that was deployed before images could have an initrd is read all the same', () => {
  const change = serviceChange(WEB, WEB_2);
  const before = change.change.before as unknown as { image: { initrd?: unknown } };
  delete before.image.initrd;
  expect(reviewService(change).before).toEqual(WEB);
  expect(reviewService(change).because.map(({ path }) => path)).toEqual(['image.digest', 'image.boot_args']);
});

test('an argument that was left out, which Terraform has as null, does not hide what a service will be', () => {
  const change = serviceChange(null, WEB);
  const after = change.change.after as unknown as { image: Record<string, unknown> };
  after.image = { ...after.image, initrd: null, drivers: null };
  expect(reviewService(change).after).toEqual(WEB);
});
