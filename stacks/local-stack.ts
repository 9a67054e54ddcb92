import { type TerraformBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { LocalPlatform, type LocalPlatformProps } from '../constructs/local/platform';
import { ensureLocalBackend } from './local-backend';

/**
 * A stack whose services run on this machine, in QEMU, behind the local runtime's balancer. No account, no root.
 *
 * Terraform's state is kept in the project folder, as `terraform.<stack>.tfstate`, unless the stack has a backend.
 */
export class LocalStack extends TerraformStack {
  /** @throws KilnError `systems.invalid` or `systems.device` for a system that is none */
  constructor(scope: Construct, id: string, props: LocalPlatformProps = {}) {
    super(scope, id);
    new LocalPlatform(this, props);
  }

  override ensureBackendExists(): TerraformBackend {
    return ensureLocalBackend(this);
  }
}
