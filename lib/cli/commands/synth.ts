import { relative } from 'node:path';
import { type CommandContext, ExitCode } from '../context';
import { findStack } from '../manifest';
import { lockOutput } from '../output-lock';
import { readProject } from '../project';
import { synthesize } from '../synth';

export interface SynthOptions {
  /** @default - all stacks */
  readonly stack?: string | undefined;
  readonly json?: boolean;
}

/** `kiln synth`: runs the user's code and says where the Terraform JSON is. */
export async function synth(options: SynthOptions, context: CommandContext): Promise<number> {
  const { host, cwd } = context;
  const project = await readProject(cwd);
  const release = await lockOutput(project, context);
  const all = await synthesize(project, context).finally(release);
  const stacks = options.stack === undefined ? all : [findStack(all, options.stack)];
  if (options.json) {
    const shown = stacks.map(({ name, folder, file, dependencies }) => ({
      name,
      folder,
      file,
      dependencies,
    }));
    host.out.line(JSON.stringify({ stacks: shown }, null, 2));
    return ExitCode.OK;
  }
  const { style } = host.out;
  const width = Math.max(...stacks.map(({ name }) => name.length));
  for (const { name, file } of stacks) {
    host.out.line(`${style.green('✓')} ${style.bold(name.padEnd(width))}  ${relative(cwd, file)}`);
  }
  return ExitCode.OK;
}
