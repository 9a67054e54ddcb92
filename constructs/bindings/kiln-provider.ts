import { TerraformProvider } from 'cdktf';
import type { Construct } from 'constructs';

/** Where Terraform looks for the provider: a reserved private domain, so only in the folder beside the stack. */
export const KILN_PROVIDER_SOURCE = 'kiln.internal/kiln-cdk/kiln';

/**
 * By the package's own name, which means the same from the sources and from `dist`. An import of the file would make tsc
 * copy it to `dist`, and then the package's root would be found there.
 */
const { version }: { version: string } = require('kiln-cdk/package.json');

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
