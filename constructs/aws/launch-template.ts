import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { Fn } from 'cdktf';
import type { Construct } from 'constructs';
import type { Ami } from '../bindings';

export interface LaunchTemplateSettings {
  /** `shop-web`. */
  readonly name: string;
  readonly ami: Ami;
  /** Its digest, for a tag. */
  readonly digest: string;
  readonly instanceType: string;
  /** Token: the service's security group. */
  readonly securityGroupId: string;
  readonly encrypted: boolean;
  readonly kmsKey: string | undefined;
  /** In base64. */
  readonly userData: string | undefined;
  /** Whether instances are of spare capacity, and their price at most; undefined where the group decides it. */
  readonly spot: { readonly maxPrice: string | undefined } | undefined;
  readonly detailedMonitoring: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

/** As the AMI names it. */
const ROOT_DEVICE = '/dev/xvda';

/**
 * How instances of a service are started. Each change is a version of its own; which one the group starts is for the
 * rollout to say, by its number, and never the default.
 */
export function createLaunchTemplate(scope: Construct, settings: LaunchTemplateSettings): LaunchTemplate {
  const { ami, name, encrypted, kmsKey, spot } = settings;
  return new LaunchTemplate(scope, 'LaunchTemplate', {
    // With a prefix, one that must be replaced can be there twice for a while. At least 3 characters are asked for.
    namePrefix: `${name}-`.padEnd(3, '-'),
    // The default version cannot be deleted: were it the first for ever, the first image could never be removed.
    updateDefaultVersion: true,
    imageId: ami.id,
    instanceType: settings.instanceType,
    // A unikernel that ends is over: a stopped instance would be kept, and paid for, by nobody.
    instanceInitiatedShutdownBehavior: 'terminate',
    metadataOptions: {
      httpEndpoint: 'enabled',
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: 'disabled',
    },
    // In a subnet that gives out public addresses by default, only this keeps an instance from having one.
    networkInterfaces: [
      {
        deviceIndex: 0,
        associatePublicIpAddress: 'false',
        deleteOnTermination: 'true',
        securityGroups: [settings.securityGroupId],
      },
    ],
    blockDeviceMappings: [
      {
        deviceName: ROOT_DEVICE,
        ebs: {
          volumeType: 'gp3',
          volumeSize: ami.sizeGib,
          encrypted: `${encrypted}`,
          ...(kmsKey === undefined ? {} : { kmsKeyId: kmsKey }),
          deleteOnTermination: 'true',
        },
      },
    ],
    monitoring: { enabled: settings.detailedMonitoring },
    ...(settings.userData === undefined ? {} : { userData: settings.userData }),
    ...(spot === undefined ? {} : { instanceMarketOptions: spotMarket(spot.maxPrice) }),
    tagSpecifications: ['instance', 'volume'].map((resourceType) => ({
      resourceType,
      tags: tagsOf(settings),
    })),
  });
}

function spotMarket(maxPrice: string | undefined) {
  return {
    marketType: 'spot',
    spotOptions: { spotInstanceType: 'one-time', ...(maxPrice === undefined ? {} : { maxPrice }) },
  };
}

/** The commit is the image's own, so that a later one alone makes no new version. */
function tagsOf({ name, ami, digest, tags }: LaunchTemplateSettings): Record<string, string> {
  return {
    Name: name,
    ...tags,
    'kiln:digest': digest,
    'kiln:commit': Fn.coalesce([ami.sourceCommit, 'none']),
  };
}
