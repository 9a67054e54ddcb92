import { join, relative, resolve } from 'node:path';
import { App, LocalBackend, TerraformBackend, type TerraformStack } from 'cdktf';
import { projectFolder } from '../constructs/project-folder';

/**
 * The stack's own backend; a file `terraform.<stack>.tfstate` in the project folder where it has none. cdktf's default is this
 * machine's absolute path; a relative one makes the same output everywhere.
 */
export function ensureLocalBackend(stack: TerraformStack): TerraformBackend {
  const [backend] = stack.node.findAll().filter(TerraformBackend.isBackend);
  if (backend) return backend as TerraformBackend;
  const workingFolder = resolve(App.of(stack).outdir, 'stacks', stack.node.id);
  const state = join(projectFolder(stack), `terraform.${stack.node.id}.tfstate`);
  return new LocalBackend(stack, { path: relative(workingFolder, state).replaceAll('\\', '/') });
}
