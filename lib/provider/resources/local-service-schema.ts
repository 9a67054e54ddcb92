import { computed, nested, optional, type PlannedOf, required, type StateOf, schema, t } from '../../plugin';
import { updateAttribute } from './update-attribute';

const image = nested.single({
  path: required(t.string, {
    description: "The staged kernel or disk, relative to Terraform's working folder.",
  }),
  kind: required(t.string, { description: '`kernel`: forged into a disk; `disk`: used as it is.' }),
  digest: required(t.string, { description: 'The name of the image, from all its inputs.' }),
  boot_args: required(t.list(t.string), { description: 'Boot arguments, part of the image.' }),
  boot: required(t.string, { description: '`disk`, as a cloud would, or `direct`: QEMU loads the kernel.' }),
  initrd: optional(t.string, { description: 'The staged file that is loaded beside a kernel, likewise.' }),
  drivers: optional(t.list(t.string), {
    description: 'Devices that it drives, where that is known better than by looking at it.',
  }),
});

const peers = nested.list({
  service: required(t.string, { description: 'Name of the service that may be called.' }),
  address: required(t.string, { description: "IPv4 address of that service in the guest's network." }),
  port: required(t.integer, { description: 'Port at that address.' }),
});

const healthCheck = nested.single({
  protocol: required(t.string, { description: '`tcp` or `http`.' }),
  path: required(t.string, { description: 'Path for `http`.' }),
  interval_ms: required(t.integer),
  timeout_ms: required(t.integer),
  healthy_threshold: required(t.integer, {
    description: 'Successes in a row that make an instance healthy.',
  }),
  unhealthy_threshold: required(t.integer, { description: 'Failures in a row that make it unhealthy.' }),
  boot_deadline_ms: required(t.integer, { description: 'From launch until it must be healthy.' }),
});

/** `kiln_local_service`: a service of N unikernels in the local runtime. Times in ms, memory in MiB. */
export const localServiceSchema = schema({
  description:
    'A service of unikernels on this machine. A change of image, memory, port or peers replaces every instance by a ' +
    'rollout; other changes leave them running.',
  attributes: {
    name: required(t.string, { forceNew: true, description: 'Name in the runtime, `<stack>-<service>`.' }),
    image: required(image),
    instances: required(t.integer, { description: 'Desired number of instances.' }),
    memory_mib: required(t.integer, { description: 'Memory of one instance.' }),
    port: required(t.integer, { description: 'TCP port that a guest listens on.' }),
    host_port: required(t.string, { description: 'A loopback port of the host, `auto`, or `none`.' }),
    peers: required(peers, {
      description: 'Services that this one may call; no other address is reachable.',
    }),
    health_check: required(healthCheck),
    update: required(updateAttribute, { description: 'How one version takes over from another.' }),
    drain_ms: required(t.integer, {
      description: 'How long a departing instance may finish its connections.',
    }),
    id: computed(t.string, { stable: true, description: 'The same as `name`.' }),
    endpoint: computed(t.nullable(t.string), {
      description: '`http://127.0.0.1:PORT` or `tcp://127.0.0.1:PORT`; null where it is not exposed.',
    }),
    revision: computed(t.string, { description: 'Names what the instances run: 8 hexadecimal digits.' }),
    instance_names: computed(t.list(t.string), { description: 'The instances, by name, in order.' }),
  },
});

export type LocalServicePlan = PlannedOf<typeof localServiceSchema>;
export type LocalServiceState = StateOf<typeof localServiceSchema>;
