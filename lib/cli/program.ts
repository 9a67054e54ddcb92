import { Command, CommanderError, Option } from 'commander';
import type { RunOptions } from './commands/run';
import { type CommandContext, ExitCode } from './context';
import { version } from './package-root';
import { exitCodeOf, reportError } from './report';

/**
 * Runs one command line to its end.
 * @param words without the program's own name
 * @returns the exit code; errors are shown, not thrown
 */
export async function runCommandLine(words: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = ExitCode.OK;
  try {
    const program = buildProgram(context, (code) => {
      exitCode = code;
    });
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    // commander has already said what is wrong with the line; help and version are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
    reportError(error, context.host.err, context.env);
    return exitCodeOf(error);
  }
}

/** Each action loads its own command, so that `kiln --version` reads little more than this file. */
function buildProgram(context: CommandContext, end: (exitCode: number) => void): Command {
  const { host } = context;
  const program = new Command('kiln')
    .description(
      'Immutable services out of unikernels: declared in TypeScript, planned and applied by Terraform.',
    )
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .exitOverride()
    // Options after the file of `run` are boot arguments.
    .enablePositionalOptions()
    .showHelpAfterError('(run with --help for what is possible)')
    .configureOutput({
      writeOut: (text) => host.out.write(text),
      writeErr: (text) => host.err.write(text),
      getOutHelpWidth: () => host.out.columns,
      getErrHelpWidth: () => host.err.columns,
      getOutHasColors: () => host.out.style.bold('') !== '',
      getErrHasColors: () => host.err.style.bold('') !== '',
      outputError: (text, write) =>
        write(text.replace(/^error:/, host.err.style.bold(host.err.style.red('error:')))),
    })
    .configureHelp({ styleTitle: (text) => host.out.style.bold(text) });
  addProjectCommands(program, context, end);
  addStackCommands(program, context, end);
  addImageCommands(program, context, end);
  addRuntimeCommands(program, context, end);
  return program.addHelpText('after', `\n${EXIT_CODES}`);
}

const EXIT_CODES =
  'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 changes (diff --exit-code), 130 interrupted.';

type End = (exitCode: number) => void;

function addProjectCommands(program: Command, context: CommandContext, end: End): void {
  program
    .command('init [folder]')
    .description('make a new project that runs: one service, its unikernel, a README')
    .action(async (folder: string | undefined) => {
      const { init } = await import('./commands/init');
      end(await init({ folder }, context));
    });
  program
    .command('doctor')
    .description('check what this machine has and lacks, with the remedy for each')
    .option('--json', 'print the findings as JSON')
    .addOption(terraformOption())
    .action(async (options: { json?: boolean; terraform?: string }) => {
      const { doctor } = await import('./commands/doctor');
      end(await doctor(options, context));
    });
}

function addStackCommands(program: Command, context: CommandContext, end: End): void {
  program
    .command('synth [stack]')
    .description('run your code and write the Terraform JSON')
    .option('--json', 'print the stacks as JSON')
    .action(async (stack: string | undefined, options: { json?: boolean }) => {
      const { synth } = await import('./commands/synth');
      end(await synth({ stack, ...options }, context));
    });
  program
    .command('diff [stack]')
    .description('show what a deploy would replace, in which batches, and why')
    .option('--exit-code', 'exit with 3 when there are changes')
    .option('--json', 'print the review as JSON')
    .addOption(terraformOption())
    .action(
      async (
        stack: string | undefined,
        options: { exitCode?: boolean; json?: boolean; terraform?: string },
      ) => {
        const { diff } = await import('./commands/diff');
        end(await diff({ stack, ...options }, context));
      },
    );
  program
    .command('deploy [stack]')
    .description('show the plan, ask, and carry it out; done when the new version is healthy')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the result as JSON (progress goes to standard error)')
    .addOption(terraformOption())
    .action(
      async (stack: string | undefined, options: { yes?: boolean; json?: boolean; terraform?: string }) => {
        const { deploy } = await import('./commands/deploy');
        end(await deploy({ stack, ...options }, context));
      },
    );
  program
    .command('destroy [stack]')
    .description('show what would go, ask, and remove everything that the stack made')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the result as JSON (progress goes to standard error)')
    .addOption(terraformOption())
    .action(
      async (stack: string | undefined, options: { yes?: boolean; json?: boolean; terraform?: string }) => {
        const { destroy } = await import('./commands/destroy');
        end(await destroy({ stack, ...options }, context));
      },
    );
  program
    .command('iam')
    .description("print what a cloud's account must be allowed to")
    .command('aws [stack]')
    .description('print the least IAM policy for a stack, from what your code synthesises')
    .addOption(
      new Option('--for <phase>', 'what is to be done; deploy also destroys')
        .choices(['plan', 'deploy', 'prune'])
        .default('deploy'),
    )
    .option('--split', 'print policies that are each within the limit of a managed policy, as a list')
    .option('--json', 'print the policy with its size and what is not covered, as JSON')
    .action(
      async (
        stack: string | undefined,
        options: { for?: 'plan' | 'deploy' | 'prune'; json?: boolean; split?: boolean },
      ) => {
        const { iamAws } = await import('./commands/iam');
        end(await iamAws({ stack, ...options }, context));
      },
    );
}

interface ImageOptions {
  readonly service?: string;
  readonly region?: string;
  readonly keep?: string;
  readonly json?: boolean;
}

function addImageCommands(program: Command, context: CommandContext, end: End): void {
  const images = program.command('images').description('show and prune the images of services on AWS');
  const command = (name: string, description: string) =>
    images
      .command(`${name} [stack]`)
      .description(description)
      .option('--service <name>', 'only this service, such as shop/web')
      .option('--region <name>', "where to look. Otherwise the stacks' regions, or what the AWS SDK finds")
      .option(
        '--keep <n>',
        "earlier images of each service that stay. Otherwise what the project's stacks say",
      )
      .option('--json', 'print it as JSON');
  command('list', 'show which images are in use, kept for going back or prunable, and why').action(
    async (stack: string | undefined, options: ImageOptions) => {
      const { listImages } = await import('./commands/images');
      end(await listImages({ stack, ...options }, context));
    },
  );
  command('prune', 'remove what is beyond the images that are kept, and that nothing uses')
    .option('--dry-run', 'only show what would go')
    .option('-y, --yes', 'do not ask')
    .action(
      async (stack: string | undefined, options: ImageOptions & { dryRun?: boolean; yes?: boolean }) => {
        const { pruneImages } = await import('./commands/images');
        end(await pruneImages({ stack, ...options }, context));
      },
    );
}

function addRuntimeCommands(program: Command, context: CommandContext, end: End): void {
  program
    .command('compat [file]')
    .description('show which system runs where and why not elsewhere; with FILE, where that image runs')
    .option('--json', 'print it as JSON')
    .option(
      '--platform <id>',
      "only this one: 'aws-nitro', 't3.nano', 'e2-micro'; fails when FILE does not run there",
    )
    .action(async (file: string | undefined, options: { json?: boolean; platform?: string }) => {
      const { compat } = await import('./commands/compat');
      end(await compat({ file, ...options }, context));
    });
  program
    .command('status [service]')
    .description('show the services of the local runtime and their instances')
    .option('--json', 'print them as JSON')
    .action(async (service: string | undefined, options: { json?: boolean }) => {
      const { status } = await import('./commands/status');
      end(await status({ service, ...options }, context));
    });
  program
    .command('logs <service>')
    .description("show the consoles of a service's instances")
    .option('-i, --instance <name>', 'only this instance')
    .option('-f, --follow', 'go on with new lines until Ctrl-C')
    .action(async (service: string, options: { instance?: string; follow?: boolean }) => {
      const { logs } = await import('./commands/logs');
      end(await logs({ service, ...options }, context));
    });
  program
    .command('inspect <file>')
    .description('say what a kernel or disk is, which bytes show it, and where it runs')
    .option('--json', 'print it as JSON')
    .option('--no-digest', 'leave out the sha256, for which the whole file is read')
    .action(async (file: string, options: { json?: boolean; digest: boolean }) => {
      const { inspect } = await import('./commands/inspect');
      end(await inspect({ file, ...options }, context));
    });
  program
    .command('run <file> [args...]')
    .description('boot one image now and show its console until Ctrl-C; ARGS are its boot arguments')
    .option('-m, --memory <MiB>', 'memory of the guest (else what its system needs)')
    .option('-p, --port <port>', 'publish this TCP port of the guest on 127.0.0.1')
    .option('--initrd <file>', "load this beside a kernel: Linux' initramfs, Hermit's program")
    .option('--disk', 'boot a kernel from a forged disk, as a cloud would')
    .option('--uefi', 'boot by UEFI, a kernel from a forged disk')
    .option('--nic <model>', 'network card: virtio, virtio-modern, virtio-mmio, vmxnet3, e1000, rtl8139')
    .option('--bus <bus>', 'disk on: virtio, virtio-modern, scsi, nvme, ahci, ide, ...')
    .passThroughOptions()
    .action(async (file: string, args: string[], options: Omit<RunOptions, 'file' | 'args'>) => {
      const { run } = await import('./commands/run');
      end(await run({ file, args, ...options }, context));
    });
}

function terraformOption(): Option {
  return new Option('--terraform <program>', 'use this terraform or tofu (else KILN_TERRAFORM, else PATH)');
}
