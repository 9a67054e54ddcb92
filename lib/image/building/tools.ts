import { spawnSync } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { KilnError } from '../../errors';
import type { Recipe } from './recipe';

/** A version is asked for at every synth, so a tool that takes longer is known by its file alone. */
const VERSION_LIMIT_MS = 10_000;

const versions = new Map<string, string>();

/** Where programs are looked for: as a shell would, a name in `PATH`, anything with a slash as a path from the folder. */
export interface ToolPlace {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The absolute path of a program that a recipe needs.
 * @throws KilnError `build.tool-missing`, `build.tool-not-executable`, with how to get it
 */
export function findTool(name: string, recipe: Recipe, place: ToolPlace): string {
  const candidates = candidatesOf(name, place);
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  const file = candidates.find(isFile);
  if (file !== undefined) {
    throw new KilnError(`'${file}', which builds '${place.folder}', is not executable`, {
      code: 'build.tool-not-executable',
      remedy: `Make it so: chmod +x ${file}`,
    });
  }
  const where = name.includes('/')
    ? `there is no program '${name}' in '${place.folder}'`
    : `'${name}' is not in PATH`;
  throw new KilnError(`${where}, and the ${recipe.id} toolchain needs it to build '${place.folder}'`, {
    code: 'build.tool-missing',
    remedy: recipe.install[name] ?? `Install '${name}', or correct its name.`,
  });
}

/**
 * What tells that the tools have changed: which files they are, and the version where the recipe can ask for it. A
 * program that an earlier step makes may not be there yet.
 * @throws KilnError as {@link findTool}, for the program of the first step
 */
export function toolIdentities(recipe: Recipe, place: ToolPlace): string[] {
  const [first, ...others] = recipe.steps.map(([program]) => program as string);
  const names = [...new Set([...others, ...recipe.tools])].filter((name) => name !== first);
  const required = findTool(first as string, recipe, place);
  return [
    identity(required),
    ...names.map((name) => {
      const found = candidatesOf(name, place).find(isExecutable);
      return found === undefined ? `${name} missing` : identity(found);
    }),
    recipe.version === undefined ? '' : versionOf(recipe.version, recipe, place),
  ];
}

function candidatesOf(name: string, { folder, env }: ToolPlace): string[] {
  if (name.includes('/')) return [resolve(folder, name)];
  return (env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((entry) => resolve(folder, entry, name));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return isFile(path);
  } catch {
    return false;
  }
}

function identity(path: string): string {
  const { size, mtimeNs } = statSync(path, { bigint: true });
  return `${path} ${realpathSync(path)} ${size} ${mtimeNs}`;
}

/** Its text, or how it failed: either changes when the tool does. */
function versionOf([program, ...args]: readonly string[], recipe: Recipe, place: ToolPlace): string {
  const path = findTool(program as string, recipe, place);
  const key = JSON.stringify([identity(path), args, place.folder, recipe.environment]);
  const known = versions.get(key);
  if (known !== undefined) return known;
  const { stdout, status } = spawnSync(path, args, {
    cwd: place.folder,
    env: place.env,
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: VERSION_LIMIT_MS,
    encoding: 'utf8',
  });
  const text = `${status} ${stdout ?? ''}`;
  versions.set(key, text);
  return text;
}
