import type { ConfigOf } from '../plugin';
import { isUnknown, nested, optional, schema, t, type UnknownableMembers } from '../plugin';
import { checkRegion } from './resources/ami-schema';

const checkUrl = (text: string) =>
  /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '')
    ? undefined
    : `is '${text}', and must be a URL such as 'https://ec2.eu-central-1.amazonaws.com'`;

/** The provider's own configuration. Credentials are no part of it: they would be kept in plans. */
export const providerSchema = schema({
  attributes: {
    aws: optional(
      nested.single({
        region: optional(t.string, {
          description: 'Where AWS resources are. Left out, what the AWS SDK finds: AWS_REGION, the profile.',
          check: checkRegion,
        }),
        endpoints: optional(
          nested.single({
            ec2: optional(t.string, { description: 'URL of the EC2 API.', check: checkUrl }),
            ebs: optional(t.string, { description: 'URL of the EBS direct APIs.', check: checkUrl }),
            autoscaling: optional(t.string, { description: 'URL of the Auto Scaling API.', check: checkUrl }),
            elbv2: optional(t.string, {
              description: 'URL of the Elastic Load Balancing API, version 2.',
              check: checkUrl,
            }),
          }),
          { description: "URLs instead of AWS' own, such as those of VPC endpoints." },
        ),
      }),
      { description: 'Where AWS is. Credentials come from where the AWS SDK looks for them.' },
    ),
  },
});

const ENDPOINTS = ['ec2', 'ebs', 'autoscaling', 'elbv2'] as const;
type Endpoint = (typeof ENDPOINTS)[number];

/** Where AWS is, as far as it is said and known. */
export interface AwsConfig {
  readonly region: string | undefined;
  readonly endpoints: { readonly [name in Endpoint]: string | undefined };
  /** False while a part of it is yet to come from another resource. */
  readonly isKnown: boolean;
}

export function awsConfigOf(config: UnknownableMembers<ConfigOf<typeof providerSchema>>): AwsConfig {
  const aws = config.aws;
  if (isUnknown(aws)) return { region: undefined, endpoints: endpointsFrom(() => undefined), isKnown: false };
  const given = aws?.endpoints ?? null;
  const endpoint = (name: Endpoint) => (isUnknown(given) ? given : given?.[name]);
  const parts = [aws?.region, ...ENDPOINTS.map(endpoint)];
  return {
    region: known(aws?.region),
    endpoints: endpointsFrom((name) => known(endpoint(name))),
    isKnown: !parts.some(isUnknown),
  };
}

function endpointsFrom(find: (name: Endpoint) => string | undefined): AwsConfig['endpoints'] {
  const [ec2, ebs, autoscaling, elbv2] = ENDPOINTS.map(find);
  return { ec2, ebs, autoscaling, elbv2 };
}

function known(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
