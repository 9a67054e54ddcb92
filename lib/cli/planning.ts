import { Progress } from '../io/progress';
import { parsePlan, type Review, reviewPlan } from '../plan';
import type { CommandContext } from './context';
import { findStack, type SynthesizedStack } from './manifest';
import { lockOutput } from './output-lock';
import { providerFile, version } from './package-root';
import { readProject } from './project';
import { synthesize } from './synth';
import { type FoundTerraform, findTerraform } from './terraform/find';
import { forgetInit, prepareStack } from './terraform/prepare';
import { type SavedPlan, Terraform } from './terraform/terraform';

/** Options that `diff`, `deploy` and `destroy` share. */
export interface PlanOptions {
  /** Name of the stack. @default - the only one there is */
  readonly stack?: string | undefined;
  /** The program to use, before everything that is configured. */
  readonly terraform?: string | undefined;
  /** Plans the removal of everything. @default false */
  readonly destroy?: boolean;
}

export interface PlannedStack {
  readonly stack: SynthesizedStack;
  readonly terraform: Terraform;
  readonly plan: SavedPlan;
  readonly review: Review;
}

/**
 * From the user's code to a reviewed plan: synthesise, find Terraform, install the provider, init, plan. The plan is
 * there while `use` runs.
 * @throws KilnError of every step, with its remedy
 */
export async function withPlannedStack<T>(
  options: PlanOptions,
  context: CommandContext,
  use: (planned: PlannedStack) => Promise<T>,
): Promise<T> {
  const { env, cwd } = context;
  const project = await readProject(cwd);
  // Before the user's code runs: what is missing here is quickly said.
  const found = await findTerraform({ env, cwd, asked: options.terraform, configured: project.terraform });
  const release = await lockOutput(project, context);
  try {
    const stack = findStack(await synthesize(project, context), options.stack);
    return await planStack(stack, found, options, context, (planned) => {
      release();
      return use(planned);
    });
  } finally {
    release();
  }
}

async function planStack<T>(
  stack: SynthesizedStack,
  found: FoundTerraform,
  options: PlanOptions,
  { env, host, interrupts }: CommandContext,
  use: (planned: PlannedStack) => Promise<T>,
): Promise<T> {
  const terraform = new Terraform({
    found,
    folder: stack.folder,
    stack: stack.name,
    env,
    signal: interrupts.signal,
  });
  const progress = new Progress(host.err);
  const provider = { file: providerFile(), version };
  await progress.during(`preparing ${found.product} ${found.version}`, () =>
    prepareStack({ stack, found, terraform, provider, env }),
  );
  progress.live(() => ['planning']);
  try {
    return await terraform.withPlan(options.destroy ?? false, async (plan) => {
      progress.end();
      return use({ stack, terraform, plan, review: reviewPlan(parsePlan(plan.json)) });
    });
  } catch (error) {
    await forgetInit(stack, env);
    throw error;
  } finally {
    progress.end();
  }
}
