import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathTest } from './file-pattern';
import type { BuildPlace, Recipe } from './recipe';
import { readSources, type Sources } from './sources';
import { toolIdentities } from './tools';

/** Grows when what is kept, or what the key covers, means something else. */
const KEY_VERSION = 1;

/** Folders that hold nothing but what a build makes, when an artifact lies in them. */
const OUTPUT_FOLDERS = ['_build', '.unikraft', 'build', 'dist', 'obj', 'out', 'result', 'target'];

/** Everything that decides what a build makes, as it is now. */
export interface BuildInputs {
  /** 32 hex digits; equal for equal inputs on this machine. */
  readonly key: string;
  readonly sources: Sources;
}

/**
 * Reads the inputs of a build: its sources, commands, declared environment and tools. The inherited environment is not
 * among them: it differs from shell to shell, and may hold secrets.
 * @throws KilnError `build.unreadable-input`, `build.input-missing`, `build.tool-missing`, `build.tool-not-executable`
 */
export function readInputs(recipe: Recipe, place: BuildPlace, env: NodeJS.ProcessEnv): BuildInputs {
  const { folder } = place;
  const tools = toolIdentities(recipe, { folder, env });
  const sources = readSources(folder, {
    isIgnored: pathTest([...outputsOf(recipe), ...recipe.ignore]),
    exclude: place.exclude,
    inputs: recipe.inputs.map((input) => resolve(folder, input)),
  });
  const text = JSON.stringify([
    KEY_VERSION,
    buildName(recipe, place),
    recipe.steps,
    Object.entries(recipe.environment).sort(([a], [b]) => (a < b ? -1 : 1)),
    recipe.expects,
    tools,
    [...sources],
  ]);
  return { key: hash(text), sources };
}

/** Names what is built whatever the sources are: the same for every version of one unikernel. */
export function buildName(recipe: Recipe, place: BuildPlace): string {
  return hash(
    JSON.stringify([recipe.id, realpathSync(place.folder), recipe.artifact, recipe.initrd ?? null]),
  );
}

/** Patterns of what the build itself writes: its artifacts, and the usual folders they lie in. */
function outputsOf(recipe: Recipe): string[] {
  return [recipe.artifact, ...(recipe.initrd === undefined ? [] : [recipe.initrd])]
    .filter((pattern) => !pattern.startsWith('/'))
    .map((pattern) => {
      const segments = pattern.replace(/^\.\//, '').split('/');
      const folder = segments.slice(0, -1).findIndex((segment) => OUTPUT_FOLDERS.includes(segment));
      return `/${segments.slice(0, folder < 0 ? segments.length : folder + 1).join('/')}`;
    });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
