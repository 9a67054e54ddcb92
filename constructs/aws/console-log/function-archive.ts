import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { writeBeside } from '../../write-beside';
import { zip } from '../zip';

/** Beside this file, from the sources and in the package alike. */
const SOURCES = ['index.js', 'ship-consoles.js', 'console-lines.js'];

/** Relative to Terraform's working folder. */
const FOLDER = 'functions';
const FILENAME = `${FOLDER}/console-log.zip`;

const staging = new WeakSet<TerraformStack>();

/** Has the function's archive written beside the stack's Terraform JSON when that is; once, however many services ask. */
export function stageConsoleFunction(scope: Construct): { readonly filename: string; readonly hash: string } {
  const archive = zip(SOURCES.map((name) => ({ name, content: readFileSync(join(__dirname, name)) })));
  const stack = TerraformStack.of(scope);
  if (!staging.has(stack)) {
    staging.add(stack);
    writeBeside(stack, (folder) => {
      mkdirSync(join(folder, FOLDER), { recursive: true });
      writeFileSync(join(folder, FILENAME), archive);
    });
  }
  return { filename: FILENAME, hash: createHash('sha256').update(archive).digest('base64') };
}
