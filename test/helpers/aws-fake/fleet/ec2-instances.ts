import type { Query } from '../query';
import { Refusal } from '../refusal';
import { type Facets, page, select } from '../selection';
import { ACCOUNT } from '../settings';
import type { State } from '../state';
import type { Members, Xml } from '../xml';
import { isoTime } from './clock';
import { consoleNow } from './console';
import { isNitro } from './launch';
import type { FakeInstance } from './model';
import { shutDown } from './terminate';

const CODES: Readonly<Record<FakeInstance['state'], number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopped: 80,
};

const FACETS: Facets<FakeInstance> = {
  'instance-id': ({ id }) => [id],
  'instance-state-name': ({ state }) => [state],
  'instance-state-code': ({ state }) => [String(CODES[state])],
  'image-id': ({ imageId }) => [imageId],
  'instance-type': ({ instanceType }) => [instanceType],
  'availability-zone': ({ zone }) => [zone],
  'subnet-id': ({ subnetId }) => [subnetId],
  'private-ip-address': ({ privateIp }) => [privateIp],
};

export function describeInstances(state: State, query: Query): Members {
  const ids = query.texts('InstanceId');
  for (const id of ids) findInstance(state, id);
  const asked = [...state.fleet.instances.values()].filter(({ id }) => ids.length === 0 || ids.includes(id));
  const { items, next } = page(select(asked, query, FACETS), query, 'InstanceId');
  const reservationSet = items.map((instance) => ({
    reservationId: instance.id.replace('i-', 'r-'),
    ownerId: ACCOUNT,
    groupSet: [],
    instancesSet: [render(instance)],
  }));
  return { reservationSet, nextToken: next };
}

/** A group that it belongs to notices by itself. */
export function terminateInstances(state: State, query: Query): Members {
  const ids = query.texts('InstanceId');
  if (ids.length === 0) query.required('InstanceId.1');
  const found = ids.map((id) => findInstance(state, id));
  const instancesSet = found.map((instance) => {
    const previousState = stateOf(instance);
    shutDown(state, instance);
    return { instanceId: instance.id, currentState: stateOf(instance), previousState };
  });
  return { instancesSet };
}

/** What was stored last; with `Latest` what is there now, which only Nitro can say. */
export function getConsoleOutput(state: State, query: Query): Members {
  const instance = findInstance(state, query.required('InstanceId'));
  const latest = query.flag('Latest') ?? false;
  if (latest && !isNitro(instance.instanceType)) {
    throw new Refusal(
      'UnsupportedOperation',
      'This instance type does not support retrieving the latest console logs. Supported instance types are those built on the Nitro System.',
    );
  }
  const live = latest && instance.state !== 'terminated';
  const text = live ? consoleNow(instance, true) : (instance.posted?.text ?? '');
  const at = live ? state.clock.now : (instance.posted?.at ?? state.clock.now);
  return {
    instanceId: instance.id,
    timestamp: isoTime(at),
    output: text === '' ? undefined : Buffer.from(text).toString('base64'),
  };
}

function findInstance(state: State, id: string): FakeInstance {
  if (!/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new Refusal('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
  }
  const instance = state.fleet.instances.get(id);
  if (instance) return instance;
  throw new Refusal('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
}

function stateOf({ state }: FakeInstance): Members {
  return { code: CODES[state], name: state };
}

function render(instance: FakeInstance): Xml {
  const there = instance.state !== 'terminated';
  return {
    instanceId: instance.id,
    imageId: instance.imageId,
    instanceState: stateOf(instance),
    privateDnsName: there ? `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal` : '',
    dnsName: '',
    reason: instance.stateReason?.message ?? '',
    amiLaunchIndex: 0,
    instanceType: instance.instanceType,
    launchTime: isoTime(instance.launchedAt),
    placement: { availabilityZone: instance.zone, groupName: '', tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId: there ? instance.subnetId : undefined,
    privateIpAddress: there ? instance.privateIp : undefined,
    architecture: 'x86_64',
    rootDeviceType: 'ebs',
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    tagSet: [...instance.tags].map(([key, value]) => ({ key, value })),
    stateReason: instance.stateReason,
    enaSupport: true,
  };
}
