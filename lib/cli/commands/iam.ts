import { readFile } from 'node:fs/promises';
import type { Phase } from '../../clouds/aws/permissions';
import { KilnError } from '../../errors';
import { type CommandContext, ExitCode } from '../context';
import { findStack } from '../manifest';
import { lockOutput } from '../output-lock';
import { readProject } from '../project';
import { synthesize } from '../synth';

export interface IamOptions {
  /** @default - the only one there is */
  readonly stack?: string | undefined;
  /** What is to be done; `deploy` also destroys. @default 'deploy' */
  readonly for?: Phase;
  /** Prints what is known about the policy beside it. */
  readonly json?: boolean;
  /** Prints policies that are each within the limit of a managed policy, as a list. */
  readonly split?: boolean;
}

/**
 * `kiln iam aws`: the least policy for a stack, from what the user's code synthesises. Nothing is asked of AWS, so it needs
 * no credentials.
 */
export async function iamAws(options: IamOptions, context: CommandContext): Promise<number> {
  const { host, cwd } = context;
  const phase = options.for ?? 'deploy';
  const project = await readProject(cwd);
  const release = await lockOutput(project, context);
  const { stack, text } = await read().finally(release);
  const { leastPolicy, POLICY_LIMIT } = await import('../../clouds/aws/permissions');
  const policy = leastPolicy(JSON.parse(text), phase);
  const warn = (message: string) => host.err.line(`${host.err.style.yellow('warning:')} ${message}`);
  if (policy.document.Statement.length === 0)
    throw new KilnError(
      `the stack '${stack.name}' has nothing on AWS that '${phase}' needs a permission for`,
      {
        code: 'iam.nothing',
        remedy: 'Name another stack, or leave out `--for`.',
      },
    );
  if (policy.notCovered.length > 0)
    warn(`not covered, since nothing is known about them: ${policy.notCovered.join(', ')}`);
  if (policy.isAnyRegion)
    warn('the stack names no region, so the policy is for all of them; give AwsStack its `region`');
  if (policy.size > POLICY_LIMIT && !options.split && !options.json)
    warn(
      `it has ${policy.size} characters and a managed policy may have ${POLICY_LIMIT}; ` +
        `\`--split\` makes ${policy.parts.length} of it`,
    );
  host.out.line(JSON.stringify(shown(), null, 2));
  return ExitCode.OK;

  async function read() {
    const found = findStack(await synthesize(project, context), options.stack);
    // While the folder is still locked: another command may write it anew.
    return { stack: found, text: await readFile(found.file, 'utf8') };
  }

  function shown(): unknown {
    if (!options.json) return options.split ? policy.parts : policy.document;
    const { document, parts, size, notCovered } = policy;
    return { stack: stack.name, for: phase, size, limit: POLICY_LIMIT, notCovered, policy: document, parts };
  }
}
