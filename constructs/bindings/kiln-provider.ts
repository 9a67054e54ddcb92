import { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';

/** Where Terraform looks for the provider: a reserved private domain, so only in the folder beside the stack. */
export const KILN_PROVIDER_SOURCE = 'kiln.internal/kiln-cdk/kiln';

/**
 * By the package's own name, which means the same from the sources and from `dist`. An import of the file would make tsc
 * copy it to `dist`, and then the package's root would be found there.
 */
const { version }: { version: string } = require('kiln-cdk/package.json');

/** Where AWS is, for the resources that need it. */
export interface KilnProviderAws {
  /** @default - what the AWS SDK finds: AWS_REGION, the profile */
  readonly region?: string;
  /** URLs instead of AWS' own, such as those of VPC endpoints. @default - AWS' own */
  readonly endpoints?: {
    readonly ec2?: string;
    readonly ebs?: string;
    readonly autoscaling?: string;
    readonly elbv2?: string;
  };
}

export interface KilnProviderConfig {
  /** Name that resources choose a second provider by. @default - the one that they use unasked */
  readonly alias?: string;
  /** @default - everything is left to the AWS SDK */
  readonly aws?: KilnProviderAws;
}

/**
 * The `kiln` provider of Terraform.
 *
 * It is pinned to exactly the version of this package: constructs and provider are made for each other.
 */
export class KilnProvider extends TerraformProvider {
  static readonly tfResourceType = 'kiln';

  aws: KilnProviderAws | undefined;
  private name: string | undefined;

  constructor(scope: Construct, id: string, config: KilnProviderConfig = {}) {
    super(scope, id, {
      terraformResourceType: KilnProvider.tfResourceType,
      terraformGeneratorMetadata: { providerName: 'kiln', providerVersion: version },
      terraformProviderSource: KILN_PROVIDER_SOURCE,
    });
    this.name = config.alias;
    this.aws = config.aws;
  }

  override get alias(): string | undefined {
    return this.name;
  }

  override set alias(name: string | undefined) {
    this.name = name;
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return { aws: this.aws && { ...this.aws } };
  }
}
