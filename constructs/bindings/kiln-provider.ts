import { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';
import { version } from '../../package.json';

/** Where Terraform looks for the provider: a reserved private domain, so only in the folder beside the stack. */
export const KILN_PROVIDER_SOURCE = 'kiln.internal/kiln-cdk/kiln';

/**
 * The `kiln` provider of Terraform.
 *
 * It is pinned to exactly the version of this package: constructs and provider are made for each other.
 */
export class KilnProvider extends TerraformProvider {
  static readonly tfResourceType = 'kiln';

  constructor(scope: Construct, id: string) {
    super(scope, id, {
      terraformResourceType: KilnProvider.tfResourceType,
      terraformGeneratorMetadata: { providerName: 'kiln', providerVersion: version },
      terraformProviderSource: KILN_PROVIDER_SOURCE,
    });
  }
}
