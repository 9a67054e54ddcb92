import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readStateJson } from '../../../lib/plugin/rpc/values';
import {
  type LocalServiceState,
  localServiceSchema,
} from '../../../lib/provider/resources/local-service-schema';
import { plannedEndpoint, specOf, stateOf } from '../../../lib/provider/resources/local-service-spec';
import { instanceNames, revisionOf, type ServiceStatus } from '../../../lib/spec';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kiln-spec-')));
afterAll(() => rmSync(folder, { recursive: true }));

const plan = {
  name: 'shop-web',
  image: {
    path: 'images/web.elf',
    kind: 'kernel',
    digest: `sha256:${'a'.repeat(64)}`,
    boot_args: ['--greeting=hello'],
    boot: 'disk',
    initrd: null,
    drivers: null,
  },
  instances: 3,
  memory_mib: 32,
  port: 8080,
  host_port: 'auto',
  peers: [{ service: 'shop-api', address: '10.0.2.100', port: 9000 }],
  health_check: {
    protocol: 'http',
    path: '/healthz',
    interval_ms: 1000,
    timeout_ms: 500,
    healthy_threshold: 1,
    unhealthy_threshold: 3,
    boot_deadline_ms: 30000,
  },
  update: {
    strategy: 'rolling',
    max_surge: '1',
    max_unavailable: '25%',
    bake_ms: 0,
    health_timeout_ms: 30000,
    steps: [{ percent: 10, pause_ms: 5000 }],
    rollback: true,
  },
  drain_ms: 30000,
} as const;

function statusOf(): ServiceStatus {
  const spec = specOf(plan, folder);
  return {
    name: spec.name,
    phase: 'ready',
    spec,
    revision: revisionOf(spec),
    endpoint: 'http://127.0.0.1:4000',
    instances: [],
  };
}

test('what the runtime was asked for comes back as the same arguments', () => {
  const state = stateOf(statusOf(), folder);
  expect(state).toMatchObject(plan);
});

test('the image path is resolved against the folder of the stack', () => {
  expect(specOf(plan, folder).image.path).toBe(join(folder, 'images/web.elf'));
});

test('an initrd is found, and remembered, as the image is', () => {
  const image = { ...plan.image, initrd: 'images/web.initrd' };
  const spec = specOf({ ...plan, image }, folder);
  expect(spec.image.initrd).toBe(join(folder, 'images/web.initrd'));
  expect(stateOf({ ...statusOf(), spec }, folder).image.initrd).toBe('images/web.initrd');
});

test('what an image drives is passed on, and remembered, and needs new instances', () => {
  const image = { ...plan.image, drivers: ['e1000'] };
  const spec = specOf({ ...plan, image }, folder);
  expect(spec.image.drivers).toEqual(['e1000']);
  expect(stateOf({ ...statusOf(), spec }, folder).image.drivers).toEqual(['e1000']);
  expect(revisionOf(spec)).not.toBe(revisionOf(specOf(plan, folder)));
});

test('refuses an initrd with a disk', () => {
  const image = { ...plan.image, kind: 'disk', initrd: 'images/web.initrd' };
  expect(() => specOf({ ...plan, image }, folder)).toThrow(
    "invalid service: 'image.initrd' is only for a kernel: a disk has all it needs in itself",
  );
});

test('state that was written before images could have an initrd has none', () => {
  const { initrd: _, ...image } = plan.image;
  const json = Buffer.from(JSON.stringify({ ...stateOf(statusOf(), folder), image }));
  const state = readStateJson(localServiceSchema, json) as LocalServiceState;
  expect(state.image.initrd).toBeNull();
  expect(specOf(state, folder)).toEqual(specOf(plan, folder));
});

test('an image outside the stack keeps its absolute path', () => {
  const status = {
    ...statusOf(),
    spec: specOf({ ...plan, image: { ...plan.image, path: '/elsewhere/web.elf' } }, folder),
  };
  expect(stateOf(status, folder).image.path).toBe('/elsewhere/web.elf');
});

test('the state names the instances as the plan did', () => {
  const spec = specOf(plan, folder);
  expect(stateOf(statusOf(), folder).instance_names).toEqual(instanceNames(spec));
});

test.each([
  ['none', null, null],
  ['8080', null, 'http://127.0.0.1:8080'],
  ['auto', null, undefined],
  ['auto', { host_port: 'auto', endpoint: 'tcp://127.0.0.1:4711' }, 'http://127.0.0.1:4711'],
  ['auto', { host_port: '9000', endpoint: 'http://127.0.0.1:9000' }, undefined],
])('with host port %s and prior state %j the endpoint is planned as %j', (hostPort, prior, expected) => {
  const spec = specOf({ ...plan, host_port: hostPort }, folder);
  expect(plannedEndpoint(spec, prior as LocalServiceState | null)).toBe(expected);
});

test('refuses a port outside the range, naming the argument', () => {
  expect(() => specOf({ ...plan, port: 70000 }, folder)).toThrow(/'port'/);
});

test('refuses a host port that is neither a port nor a word it knows', () => {
  expect(() => specOf({ ...plan, host_port: 'any' }, folder)).toThrow(/'hostPort'/);
});
