import { join, relative, resolve } from 'node:path';
import { App, LocalBackend, TerraformBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { LocalPlatform, type LocalPlatformProps } from '../constructs/local/platform';
import { projectFolder } from '../constructs/project-folder';

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

  /** cdktf's default is this machine's absolute path; a relative one makes the same output everywhere. */
  override ensureBackendExists(): TerraformBackend {
    const [backend] = this.node.findAll().filter(TerraformBackend.isBackend);
    if (backend) return backend as TerraformBackend;
    const workingFolder = resolve(App.of(this).outdir, 'stacks', this.node.id);
    const state = join(projectFolder(this), `terraform.${this.node.id}.tfstate`);
    return new LocalBackend(this, { path: relative(workingFolder, state).replaceAll('\\', '/') });
  }
}
