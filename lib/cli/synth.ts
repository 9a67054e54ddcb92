import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KilnError } from '../errors';
import { type RunResult, runProgram } from '../io/processes';
import { Progress } from '../io/progress';
import { type AppCommand, parseAppCommand, withoutNpx } from './app-command';
import { renderPlace, tryReadAppError } from './app-error';
import type { CommandContext } from './context';
import { readManifest, type SynthesizedStack } from './manifest';
import type { Project } from './project';

/** Node keeps the innermost 10 lines of a stack; the user's own line is below those of the constructs and of Kiln. */
const FRAMES = 100;

/**
 * Runs the user's program, which writes Terraform JSON, and reads what it wrote.
 * @throws KilnError `synth.failed` with the program's own error, `synth.refused` when a construct annotated one, and
 *   those of {@link readManifest} and {@link parseAppCommand}
 */
export async function synthesize(project: Project, context: CommandContext): Promise<SynthesizedStack[]> {
  const app = await withoutNpx(parseAppCommand(project.app, context.env), project.root);
  await mkdir(project.output, { recursive: true });
  // A manifest of an earlier run would hide that this one wrote none.
  await rm(join(project.output, 'manifest.json'), { force: true });
  const progress = new Progress(context.host.err);
  const result = await progress.during('synthesising', () =>
    run(app, project, context, (line) => progress.line(line)),
  );
  context.interrupts.throwIfInterrupted();
  const said = result.stderr.trimEnd();
  if (result.exitCode !== 0) throw appFailed(project, result, said);
  if (said) context.host.err.line(said);
  const stacks = await readManifest(project.output);
  showAnnotations(stacks, context);
  return stacks;
}

/**
 * Standard output is shown line by line as it comes: a build's, for one, which may take minutes. Standard error is kept to its
 * end, because it may hold the error that is shown in better words.
 */
function run(
  app: AppCommand,
  project: Project,
  { env, interrupts }: CommandContext,
  onOutput: (line: string) => void,
): Promise<RunResult> {
  return runProgram(app.command, app.args, {
    cwd: project.root,
    signal: interrupts.signal,
    ownGroup: true,
    env: {
      ...env,
      ...app.env,
      NODE_OPTIONS:
        `--stack-trace-limit=${FRAMES} ${app.env.NODE_OPTIONS ?? env.NODE_OPTIONS ?? ''}`.trimEnd(),
      CDKTF_OUTDIR: project.output,
      CDKTF_CONTEXT_JSON: env.CDKTF_CONTEXT_JSON ?? JSON.stringify(project.context),
    },
    onOutput,
  });
}

function appFailed(project: Project, result: RunResult, stderr: string): KilnError {
  const ended = result.signal ? `was ended by ${result.signal}` : `ended with exit code ${result.exitCode}`;
  const error = tryReadAppError(stderr, project.root);
  if (!error) {
    return new KilnError(`the app '${project.app}' ${ended}`, {
      code: 'synth.failed',
      ...(stderr ? { detail: stderr } : {}),
    });
  }
  // Errors that say what to do need no class name before them; a TypeError does.
  const message =
    error.name === 'KilnError' || error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
  return new KilnError(message, {
    code: 'synth.failed',
    ...(error.place ? { detail: renderPlace(error.place) } : { detail: stderr }),
    ...(error.remedy ? { remedy: error.remedy } : {}),
  });
}

function showAnnotations(stacks: readonly SynthesizedStack[], context: CommandContext): void {
  const { err } = context.host;
  const all = stacks.flatMap((stack) => stack.annotations);
  for (const { level, construct, message } of all.filter((annotation) => annotation.level !== 'error')) {
    const label = level === 'warning' ? err.style.yellow('warning:') : err.style.dim('note:');
    err.line(`${label} ${construct}: ${message}`);
  }
  const errors = all.filter((annotation) => annotation.level === 'error');
  if (errors.length === 0) return;
  throw new KilnError(errors.map(({ construct, message }) => `${construct}: ${message}`).join('\n'), {
    code: 'synth.refused',
  });
}
