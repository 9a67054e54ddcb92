import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TerraformStack } from 'cdktf';
import { sourceCommit } from '../../lib/git';
import { projectFolder } from '../project-folder';
import { writeBeside } from '../write-beside';

/** Beside the stack's Terraform JSON; AMIs read the commit from it when they are made. */
export const SOURCE_FILE = 'source.json';

/**
 * The commit that a stack is synthesised from. It is in a file of its own because what an AMI is made from is not to change
 * with it: the same kernel is the same image in the next commit.
 */
export class StackSource {
  private read: { readonly commit: string | undefined } | undefined;

  constructor(private readonly stack: TerraformStack) {
    writeBeside(stack, (folder) => {
      writeFileSync(join(folder, SOURCE_FILE), `${JSON.stringify({ commit: this.commit ?? null })}\n`);
    });
  }

  /** Such as `0123456789abcdef0123456789abcdef01234567-dirty`; undefined outside of a repository. */
  get commit(): string | undefined {
    this.read ??= { commit: sourceCommit(projectFolder(this.stack)) };
    return this.read.commit;
  }
}
