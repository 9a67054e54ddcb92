import { KilnError } from '../../lib/errors';
import type { Recipe } from '../../lib/image/building';
import { checkKnown } from '../checks';

/** What every toolchain takes. */
export interface ToolchainOptions {
  /**
   * Set for the build in addition to the environment that synth has; part of what decides whether to build again, as the
   * inherited environment is not. @default - nothing
   */
  readonly environment?: Readonly<Record<string, string>>;
  /** Programs with their arguments, run in the folder before the toolchain's own. @default - none */
  readonly before?: readonly (readonly string[])[];
  /**
   * What is no source although it lies in the folder, as in `.gitignore` but without exceptions. Name what the build writes
   * outside of the folder of its artifact. @default - what the toolchain is known to write
   */
  readonly ignore?: readonly string[];
  /** Files and folders elsewhere that the build reads, relative to the folder. @default - none */
  readonly inputs?: readonly string[];
  /** Further programs whose change means a new build, such as a cross compiler. @default - what the toolchain calls */
  readonly tools?: readonly string[];
  /** Path of what is made, relative to the folder; `*` is any part of a name. @default - where the toolchain puts it */
  readonly artifact?: string;
}

/** A toolchain with every default filled in. */
export interface ToolchainSpec {
  readonly recipe: Recipe;
  /** What the artifact is; an `initrd` is loaded by the kernel at `loader`. */
  readonly role: 'kernel' | 'disk' | 'initrd';
  /** Path of that kernel, relative to the folder. */
  readonly loader?: string;
}

type Defaults = Pick<Recipe, 'id' | 'steps' | 'artifact' | 'install' | 'expects'> &
  Partial<Recipe> &
  Partial<Pick<ToolchainSpec, 'role' | 'loader'>>;

/**
 * Adds what the user said to what a toolchain does by itself.
 * @throws KilnError `constructs.toolchain`, `constructs.token`
 */
export function toolchainSpec(defaults: Defaults, options: ToolchainOptions): ToolchainSpec {
  const { role = 'kernel', loader, ...own } = defaults;
  const recipe: Recipe = {
    ...own,
    steps: [...(options.before ?? []), ...own.steps],
    artifact: options.artifact ?? own.artifact,
    expects: role === 'initrd' ? own.expects : { kind: role, ...own.expects },
    ...merged(own, options),
  };
  check(recipe);
  return { recipe, role, ...(loader === undefined ? {} : { loader }) };
}

/**
 * A name that becomes part of a file's name.
 * @throws KilnError `constructs.toolchain`, `constructs.token`
 */
export function checkName(prop: string, name: string): void {
  checkKnown(prop, name, WHY);
  if (/^[\w.+*-]+$/.test(name) && !name.startsWith('-')) return;
  throw refusal(`'${prop}' is ${JSON.stringify(name)}; give a name of letters, digits and . _ + -`);
}

const WHY = 'the build runs there';

function merged(own: Partial<Recipe>, options: ToolchainOptions) {
  return {
    environment: { ...own.environment, ...options.environment },
    ignore: [...(own.ignore ?? []), ...(options.ignore ?? [])],
    inputs: [...(own.inputs ?? []), ...(options.inputs ?? [])],
    tools: [...(own.tools ?? []), ...(options.tools ?? [])],
  };
}

function check(recipe: Recipe): void {
  for (const [index, step] of recipe.steps.entries()) {
    if (step.length === 0 || step[0] === '') {
      throw refusal(
        `command ${index + 1} of the ${recipe.id} toolchain is empty; give a program and its arguments`,
      );
    }
    for (const word of step) checkText(`command ${index + 1}`, word);
  }
  for (const [name, value] of Object.entries(recipe.environment)) {
    if (name === '' || name.includes('=')) {
      throw refusal(`'environment' has the name ${JSON.stringify(name)}; give one without '='`);
    }
    checkText(`environment.${name}`, value);
  }
  checkPath('artifact', recipe.artifact);
  if (recipe.initrd !== undefined) checkPath('initrd', recipe.initrd);
  for (const list of ['ignore', 'inputs', 'tools'] as const) {
    for (const value of recipe[list]) checkPath(list, value);
  }
}

function checkPath(prop: string, value: string): void {
  checkText(prop, value);
  if (value === '') throw refusal(`'${prop}' is empty, or has an empty entry; give a path or leave it out`);
}

function checkText(prop: string, value: unknown): void {
  checkKnown(prop, value, WHY);
  if (typeof value !== 'string') throw refusal(`'${prop}' is ${JSON.stringify(value)}; give a string`);
  if (value.includes('\0')) throw refusal(`'${prop}' holds a NUL character, which no program can be given`);
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.toolchain' });
}
