import { join, resolve } from 'node:path';
import * as v from 'valibot';
import { KilnError } from '../errors';
import { readJsonIfAny } from '../io/files';

/** What is read of `cdktf.json`; other keys belong to cdktf-cli and are left alone. */
const CdktfJson = v.looseObject({
  app: v.optional(v.pipe(v.string(), v.trim(), v.nonEmpty('must not be empty'))),
  output: v.optional(v.pipe(v.string(), v.nonEmpty('must not be empty'))),
  context: v.optional(v.record(v.string(), v.unknown())),
  kiln: v.optional(v.strictObject({ terraform: v.optional(v.string()) })),
});

/** A user's project, as its `cdktf.json` describes it. */
export interface Project {
  /** Absolute path of the folder. */
  readonly root: string;
  /** The command that runs the user's code. */
  readonly app: string;
  /** Absolute path of the folder that is synthesised into. */
  readonly output: string;
  /** Handed to the user's code as cdktf context. */
  readonly context: Readonly<Record<string, unknown>>;
  /** `kiln.terraform`: the program to use instead of the one that is found. */
  readonly terraform: string | undefined;
}

/**
 * Reads `cdktf.json` in a folder.
 * @throws KilnError `project.missing` without that file, `project.invalid` with a fault in it, `file.not-json`
 */
export async function readProject(root: string): Promise<Project> {
  const path = join(root, 'cdktf.json');
  const input = await readJsonIfAny(path);
  if (input === undefined) {
    throw new KilnError(`there is no cdktf.json in '${root}'`, {
      code: 'project.missing',
      remedy: 'Go to the folder of your project, or make a new one with `kiln init my-project`.',
    });
  }
  const result = v.safeParse(CdktfJson, input);
  if (!result.success) {
    const faults = result.issues.map((issue) => `'${v.getDotPath(issue) ?? ''}' ${issue.message}`);
    throw new KilnError(`cdktf.json is invalid: ${faults.join('; ')}`, { code: 'project.invalid' });
  }
  const { app, output, context, kiln } = result.output;
  if (app === undefined) {
    throw new KilnError("cdktf.json has no 'app', the command that runs your code", {
      code: 'project.invalid',
      remedy: 'Add a line such as "app": "npx tsx main.ts".',
    });
  }
  return {
    root,
    app,
    output: resolve(root, output ?? 'cdktf.out'),
    context: context ?? {},
    terraform: kiln?.terraform,
  };
}
