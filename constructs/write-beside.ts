import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TerraformStack } from 'cdktf';

/**
 * Has files written beside a stack's Terraform JSON whenever that is, just before it: whoever finds the JSON finds them too.
 * @param write is given Terraform's working folder, which is there
 */
export function writeBeside(stack: TerraformStack, write: (folder: string) => void): void {
  const { synthesizer } = stack;
  stack.synthesizer = {
    synthesize: (session) => {
      const folder = join(session.outdir, session.manifest.forStack(stack).workingDirectory);
      mkdirSync(folder, { recursive: true });
      write(folder);
      synthesizer.synthesize(session);
    },
  };
}
