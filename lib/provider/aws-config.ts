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
          }),
          { description: "URLs instead of AWS' own, such as those of VPC endpoints." },
        ),
      }),
      { description: 'Where AWS is. Credentials come from where the AWS SDK looks for them.' },
    ),
  },
});

/** Where AWS is, as far as it is said and known. */
export interface AwsConfig {
  readonly region: string | undefined;
  readonly endpoints: { readonly ec2: string | undefined; readonly ebs: string | undefined };
  /** False while a part of it is yet to come from another resource. */
  readonly isKnown: boolean;
}

export function awsConfigOf(config: UnknownableMembers<ConfigOf<typeof providerSchema>>): AwsConfig {
  const aws = config.aws;
  if (isUnknown(aws)) return { region: undefined, endpoints: NO_ENDPOINTS, isKnown: false };
  const endpoints = aws?.endpoints ?? null;
  const [ec2, ebs] = isUnknown(endpoints) ? [endpoints, endpoints] : [endpoints?.ec2, endpoints?.ebs];
  const parts = [aws?.region, ec2, ebs];
  return {
    region: known(aws?.region),
    endpoints: { ec2: known(ec2), ebs: known(ebs) },
    isKnown: !parts.some(isUnknown),
  };
}

const NO_ENDPOINTS = { ec2: undefined, ebs: undefined };

function known(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
