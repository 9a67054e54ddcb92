import { WEB } from './fixtures';

export const DIGEST_1 = `sha256:${'a1'.repeat(32)}`;
export const DIGEST_2 = `sha256:${'b2'.repeat(32)}`;

export type Values = Readonly<Record<string, unknown>>;

/** One entry of `resource_changes`. */
export function changeOf(address: string, actions: readonly string[], parts: Partial<Change> = {}): Values {
  const { before = null, after = null, after_unknown = {} } = parts;
  const [type = '', name = ''] = address.split('.');
  return { address, mode: 'managed', type, name, change: { actions, before, after, after_unknown } };
}

interface Change {
  before: Values | null;
  after: Values | null;
  after_unknown: Values;
}

export const UPDATE = {
  strategy: 'rolling',
  max_surge: '1',
  max_unavailable: '0',
  bake_ms: 0,
  health_timeout_ms: 15_000,
  steps: [],
  rollback: true,
};

export const rollout = (version: number | undefined, more: Values = {}): Values => ({
  service: WEB.name,
  groups: [{ name: 'shop-web', target_group_arns: ['arn:aws:elasticloadbalancing:tg'] }],
  launch_template: { id: 'lt-1', ...(version === undefined ? {} : { version }) },
  update: UPDATE,
  size: null,
  listeners: [],
  alarms: [],
  region: 'eu-central-1',
  ...(version === undefined ? {} : { id: 'shop-web', active_group: 'shop-web' }),
  ...more,
});

export const image = (digest: string, version: string): Values => ({
  image: { path: `images/${digest}`, kind: 'kernel', digest, boot_args: [`--version=${version}`] },
  service: 'shop/web',
});

export const template = (ami: string | undefined, more: Values = {}): Values => ({
  id: 'lt-1',
  instance_type: 't3.nano',
  ...(ami === undefined ? {} : { image_id: ami, latest_version: 1 }),
  ...more,
});

export const group = (instances: number, max = instances): Values => ({
  name: 'shop-web',
  min_size: instances,
  max_size: max,
  desired_capacity: null,
});

/** Who refers to whom in the code, as Terraform writes it. */
const CONFIGURATION = {
  root_module: {
    resources: [
      {
        address: 'kiln_aws_rollout.web',
        expressions: {
          groups: [{ name: { references: ['aws_autoscaling_group.web.name', 'aws_autoscaling_group.web'] } }],
          launch_template: {
            references: ['aws_launch_template.web.id', 'aws_launch_template.web'],
          },
        },
      },
      {
        address: 'aws_launch_template.web',
        expressions: { image_id: { references: ['kiln_ami.web.id', 'kiln_ami.web'] } },
      },
    ],
  },
};

export function awsPlan(...changes: readonly Values[]): string {
  return JSON.stringify({
    format_version: '1.2',
    resource_changes: changes,
    configuration: CONFIGURATION,
  });
}

/** A new image for a service of so many: what Terraform plans of it. */
export function newImage(instances = 3, policy: Values = {}): Values[] {
  const update = { ...UPDATE, ...policy };
  return [
    changeOf('kiln_ami.web', ['create', 'delete'], {
      before: image(DIGEST_1, '1'),
      after: image(DIGEST_2, '2'),
      after_unknown: { id: true },
    }),
    changeOf('aws_launch_template.web', ['update'], {
      before: template('ami-1'),
      after: template(undefined),
      after_unknown: { image_id: true, latest_version: true },
    }),
    changeOf('aws_autoscaling_group.web', ['no-op'], { before: group(instances), after: group(instances) }),
    changeOf('kiln_aws_rollout.web', ['update'], {
      before: rollout(1, { update }),
      after: rollout(undefined, { update }),
      after_unknown: { launch_template: { version: true }, id: true, active_group: true },
    }),
  ];
}
