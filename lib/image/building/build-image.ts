import { existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { KilnError } from '../../errors';
import { Artifacts } from './artifacts';
import { BuildCache } from './build-cache';
import { type BuildInputs, buildName, readInputs } from './build-key';
import { lockFolder } from './folder-lock';
import type { BuildPlace, BuiltImage, Recipe } from './recipe';
import { requirePromised } from './require-promised';
import { runStep } from './run-step';
import { changedSources } from './sources';

const MAX_NAMED = 3;

/**
 * Builds an image by its toolchain's own commands, unless a build of the very same inputs is kept. What it gives is always a
 * verified copy of something that was built to its end. Synchronous, because constructs need it while they are constructed.
 * @throws KilnError `build.*`
 */
export function buildImage(portable: Recipe, given: BuildPlace): BuiltImage {
  requireFolder(given.folder);
  const place: BuildPlace = {
    ...given,
    folder: realpathSync(given.folder),
    exclude: given.exclude.map((path) => (existsSync(path) ? realpathSync(path) : path)),
    notify: (line) => given.notify(line),
  };
  const env = { ...process.env, ...portable.environment };
  const recipe = atHome(portable, env.HOME ?? homedir());
  const cache = new BuildCache(place.cache);
  const known = cache.tryFind(readInputs(recipe, place, env).key);
  if (known) return { ...known, isNew: false };
  const unlock = lockFolder(place.folder, place.name, place.notify);
  try {
    // Whoever had the lock before may have built the very same, and may have written more sources.
    const inputs = readInputs(recipe, place, env);
    const made = cache.tryFind(inputs.key);
    return made ? { ...made, isNew: false } : build(recipe, place, env, inputs, cache);
  } finally {
    unlock();
  }
}

/** With `~/` as the tool will take it. */
function atHome(recipe: Recipe, home: string): Recipe {
  const expand = (path: string) => (path.startsWith('~/') ? join(home, path.slice(2)) : path);
  const artifact = expand(recipe.artifact);
  return { ...recipe, artifact, ...(recipe.initrd === undefined ? {} : { initrd: expand(recipe.initrd) }) };
}

function build(
  recipe: Recipe,
  place: BuildPlace,
  env: NodeJS.ProcessEnv,
  inputs: BuildInputs,
  cache: BuildCache,
): BuiltImage {
  const { artifact, initrd } = recipe;
  const artifacts = new Artifacts(place.folder, initrd === undefined ? [artifact] : [artifact, initrd]);
  artifacts.setAside();
  try {
    for (const step of recipe.steps) runStep(step, recipe, place, env);
  } catch (error) {
    artifacts.rollBack();
    throw error;
  }
  const found = findAll(artifacts, recipe);
  const changed = changedSources(inputs.sources, readInputs(recipe, place, env).sources);
  const key = changed.length === 0 ? inputs.key : undefined;
  const verify = (copy: string) => requirePromised(copy, found.artifact, recipe);
  const kept = cache.store(key, buildName(recipe, place), found, verify);
  return { ...kept, isNew: true, ...warningOf(changed, place) };
}

/** What the build did not make again is still aside, so it cannot be found. */
function findAll(artifacts: Artifacts, { artifact, initrd }: Recipe) {
  try {
    return {
      artifact: artifacts.find(artifact),
      initrd: initrd === undefined ? undefined : artifacts.find(initrd),
    };
  } finally {
    artifacts.keep();
  }
}

function warningOf(changed: readonly string[], { name }: BuildPlace): Pick<BuiltImage, 'warning'> {
  if (changed.length === 0) return {};
  const names = changed.slice(0, MAX_NAMED).map((path) => `'${path}'`);
  const more = changed.length > MAX_NAMED ? ` and ${changed.length - MAX_NAMED} more` : '';
  return {
    warning:
      `while '${name}' was built, ${names.join(', ')}${more} changed, so the build is used this once and not ` +
      "kept; if the build itself writes there, name it in the toolchain's 'ignore'",
  };
}

function requireFolder(folder: string): void {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return;
  throw new KilnError(
    stat ? `'${folder}' is no folder, and a build needs one` : `there is no folder '${folder}' to build`,
    {
      code: 'build.folder-missing',
      remedy: 'Correct the path; it is taken relative to the project folder.',
    },
  );
}
