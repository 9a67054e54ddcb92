import {
  computed,
  nested,
  optional,
  optionalComputed,
  type PlannedOf,
  required,
  type StateOf,
  schema,
  t,
  withDefault,
} from '../../plugin';
import { checkRegion, DIGEST } from './ami-schema';
import { updateAttribute } from './update-attribute';

/** Any printable ASCII but a colon, at most 255 (Auto Scaling API, CreateAutoScalingGroup). */
const GROUP = /^[!-9;-~]([ -9;-~]{0,253}[!-9;-~])?$/;
const TEMPLATE = /^lt-[0-9a-f]+$/;
const ARN = /^arn:aws[a-z-]*:elasticloadbalancing:/;

const arns = (values: readonly string[]) => {
  const wrong = values.find((value) => !ARN.test(value));
  return wrong === undefined
    ? undefined
    : `has '${wrong}', and each must be the ARN of a load balancer's part, 'arn:aws:elasticloadbalancing:...'`;
};

const groups = nested.list({
  name: required(t.string, {
    forceNew: true,
    description: 'The Auto Scaling group.',
    check: (name) =>
      GROUP.test(name)
        ? undefined
        : `is '${name}', and must be the name of a group: 1 to 255 characters without a colon`,
  }),
  target_group_arns: required(t.list(t.string), {
    description: 'Where its instances must be healthy; empty where EC2 alone says so.',
    check: arns,
  }),
});

const launchTemplate = nested.single({
  id: required(t.string, {
    check: (id) =>
      TEMPLATE.test(id) ? undefined : `is '${id}', and must be the id of a launch template, 'lt-...'`,
  }),
  version: required(t.integer, {
    description: 'A number; `$Latest` would change by itself.',
    check: (version) => (version >= 1 ? undefined : `is ${version}, and must be 1 or more`),
  }),
});

const atLeast = (least: number) => (count: number) =>
  count >= least ? undefined : `is ${count}, and must be ${least} or more`;

const size = nested.single({
  min: required(t.integer, { check: atLeast(0) }),
  max: required(t.integer, { check: atLeast(1) }),
  desired: required(t.integer, {
    description: 'Of a first deployment; later on, what scaling made of it.',
    check: atLeast(1),
  }),
});

/** `kiln_aws_rollout`. Times in ms. */
export const awsRolloutSchema = schema({
  description:
    'Moves Auto Scaling groups to a version of a launch template, and waits until it serves: by an instance refresh, or ' +
    'from one of two groups to the other. Where the new version does not become healthy, the old one serves on and the ' +
    'error shows why. The groups themselves must ignore changes of their template version, and two groups of their size.',
  attributes: {
    service: required(t.string, {
      description: 'Name in messages, `<stack>-<service>`.',
      check: (name) => (name === '' ? 'is empty, and must be a name' : undefined),
    }),
    groups: required(groups, { description: 'One; two for `blue-green`, blue first.' }),
    launch_template: required(launchTemplate, { description: 'What instances are to be launched from.' }),
    image_digest: optional(t.string, {
      description:
        'Digest of the image of that version, for plans: in the state it is that of the image that serves.',
      check: (digest) => (DIGEST.test(digest) ? undefined : "must be 'sha256:' and 64 hexadecimal digits"),
    }),
    update: required(updateAttribute, { description: 'How one version takes over from another.' }),
    size: optional(size, {
      description: 'For `blue-green` only: how many instances the group has that serves.',
    }),
    listeners: withDefault(t.list(t.string), [], {
      description: 'For `blue-green` only: ARNs of the listeners whose weights are switched.',
      check: arns,
    }),
    alarms: withDefault(t.list(t.string), [], {
      description: 'CloudWatch alarms that end a rollout. Not for `blue-green`.',
    }),
    region: optionalComputed(t.string, {
      forceNew: true,
      stable: true,
      description: "Where the groups are. Left out, the provider's `aws.region`, or what the AWS SDK finds.",
      check: checkRegion,
    }),
    id: computed(t.string, { description: 'The names of the groups, with a colon between them.' }),
    active_group: computed(t.string, { description: 'The group that serves.' }),
  },
});

export type AwsRolloutPlan = PlannedOf<typeof awsRolloutSchema>;
export type AwsRolloutState = StateOf<typeof awsRolloutSchema>;
