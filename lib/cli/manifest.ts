import { join } from 'node:path';
import * as v from 'valibot';
import { KilnError } from '../errors';
import { readJsonIfAny } from '../io/files';

/** A note that a construct left on the stack. */
export interface Annotation {
  readonly level: 'info' | 'warning' | 'error';
  readonly construct: string;
  readonly message: string;
}

/** One synthesised stack. */
export interface SynthesizedStack {
  readonly name: string;
  /** Absolute path: where Terraform runs. */
  readonly folder: string;
  /** Absolute path of the Terraform JSON. */
  readonly file: string;
  readonly annotations: readonly Annotation[];
  /** Names of stacks that must be deployed before. */
  readonly dependencies: readonly string[];
}

const ManifestJson = v.looseObject({
  stacks: v.record(
    v.string(),
    v.looseObject({
      name: v.string(),
      workingDirectory: v.string(),
      synthesizedStackPath: v.string(),
      annotations: v.optional(
        v.array(v.looseObject({ constructPath: v.string(), level: v.string(), message: v.string() })),
        [],
      ),
      dependencies: v.optional(v.array(v.string()), []),
    }),
  ),
});

/**
 * Reads the `manifest.json` that cdktf wrote into its output folder.
 * @throws KilnError `synth.no-manifest` when the app did not write one, `synth.no-stacks` when it has none
 */
export async function readManifest(output: string): Promise<SynthesizedStack[]> {
  const input = await readJsonIfAny(join(output, 'manifest.json'));
  if (input === undefined) {
    throw new KilnError('the app ended well but synthesised nothing', {
      code: 'synth.no-manifest',
      remedy: 'End your program with `app.synth()`, and make its `App` without an `outdir` of its own.',
    });
  }
  const result = v.safeParse(ManifestJson, input);
  if (!result.success) {
    throw new KilnError(`'${join(output, 'manifest.json')}' is not a manifest of cdktf`, {
      code: 'synth.manifest',
    });
  }
  const stacks = Object.values(result.output.stacks).map((stack) => ({
    name: stack.name,
    folder: join(output, stack.workingDirectory),
    file: join(output, stack.synthesizedStackPath),
    annotations: stack.annotations.map((annotation) => ({
      level: levelOf(annotation.level),
      construct: annotation.constructPath,
      message: annotation.message,
    })),
    dependencies: stack.dependencies,
  }));
  if (stacks.length > 0) return stacks;
  throw new KilnError('the app has no stack', {
    code: 'synth.no-stacks',
    remedy: "Make one: new LocalStack(app, 'my-stack')",
  });
}

/** cdktf's levels are `@cdktf/info`, `@cdktf/warn` and `@cdktf/error`. */
function levelOf(level: string): Annotation['level'] {
  if (level.endsWith('error')) return 'error';
  return level.endsWith('warn') ? 'warning' : 'info';
}

/**
 * The stack that is meant: the named one, or the only one.
 * @throws KilnError `usage.unknown-stack` or `usage.which-stack`, listing those there are
 */
export function findStack(stacks: readonly SynthesizedStack[], name: string | undefined): SynthesizedStack {
  const names = stacks.map((stack) => stack.name).join(', ');
  if (name !== undefined) {
    const found = stacks.find((stack) => stack.name === name);
    if (found) return found;
    throw new KilnError(`there is no stack '${name}'; there is ${names}`, { code: 'usage.unknown-stack' });
  }
  const [only, ...others] = stacks;
  if (only && others.length === 0) return only;
  throw new KilnError(`the app has ${stacks.length} stacks, so name the one you mean: ${names}`, {
    code: 'usage.which-stack',
  });
}
