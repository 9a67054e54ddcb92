import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KilnError } from '../../errors';
import { RunningProgram, type RunOptions, type RunResult } from '../../io/processes';
import { terraformEnv } from './environment';
import { failureOf } from './failure';
import type { FoundTerraform } from './find';
import { PROVIDER_SOURCE } from './install';
import { type Diagnostic, readMessage, type TerraformMessage } from './messages';

/** A saved plan; it holds every value in clear, so it is the owner's to read and does not outlive the command. */
export interface SavedPlan {
  readonly file: string;
  /** Terraform's own JSON of it. */
  readonly json: string;
  readonly warnings: readonly Diagnostic[];
}

export interface TerraformOptions {
  readonly found: FoundTerraform;
  /** The stack's folder. */
  readonly folder: string;
  /** The stack's name, for messages. */
  readonly stack: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Terraform or OpenTofu, in the folder of one stack. */
export class Terraform {
  /** Where Terraform and the providers put what is temporary, while there is a plan. */
  private temporary: string | undefined;

  constructor(private readonly options: TerraformOptions) {}

  get product(): string {
    return this.options.found.product;
  }

  /** @throws KilnError `terraform.init-failed` with what it said */
  async init(): Promise<void> {
    const result = await this.run(['init', '-input=false', '-no-color']);
    if (result.exitCode === 0) return;
    const detail = withoutFrames(result.stderr || result.stdout);
    throw new KilnError(`${this.product} init failed in '${this.options.folder}'`, {
      code: 'terraform.init-failed',
      detail,
      ...(isOutOfSight(detail) ? { remedy: LET_IN } : {}),
    });
  }

  /**
   * Plans, hands the plan to `use`, and removes it, with what a killed provider left.
   * @throws KilnError `terraform.locked`, `terraform.plan-failed`
   */
  async withPlan<T>(destroy: boolean, use: (plan: SavedPlan) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(tmpdir(), 'kiln-plan-'));
    this.temporary = folder;
    try {
      const file = join(folder, 'plan');
      // Made first with these permissions; Terraform writes into the file that is there.
      await (await open(file, 'wx', 0o600)).close();
      const args = ['plan', '-input=false', '-json', `-out=${file}`, ...(destroy ? ['-destroy'] : [])];
      const warnings = await this.runJson('plan', args);
      const shown = await this.run(['show', '-json', file]);
      if (shown.exitCode !== 0) throw this.failed('show', withoutFrames(shown.stderr || shown.stdout));
      return await use({ file, json: shown.stdout, warnings });
    } finally {
      this.temporary = undefined;
      await rm(folder, { recursive: true, force: true });
    }
  }

  /**
   * Starts to apply a saved plan, in a process group of its own: what a Ctrl-C means is decided by the caller.
   * @param env what the provider gets in addition
   */
  startApply(
    planFile: string,
    env: Readonly<Record<string, string>>,
    onMessage: (message: TerraformMessage) => void,
  ): RunningProgram {
    const args = ['apply', '-input=false', '-json', planFile];
    return this.start(args, {
      env: { ...this.env, ...env },
      onOutput: (line) => onMessage(readMessage(line)),
      onError: (line) => onMessage(readMessage(line)),
    });
  }

  /** The state as JSON, as `terraform show -json` has it. */
  async state(): Promise<string> {
    const result = await this.run(['show', '-json']);
    if (result.exitCode !== 0) throw this.failed('show', withoutFrames(result.stderr || result.stdout));
    return result.stdout;
  }

  /** Runs a command that writes JSON lines; gives its warnings. */
  private async runJson(command: 'plan', args: readonly string[]): Promise<Diagnostic[]> {
    const diagnostics: Diagnostic[] = [];
    const texts: string[] = [];
    const onLine = (line: string) => {
      const message = readMessage(line);
      if (message.kind === 'diagnostic') diagnostics.push(message.diagnostic);
      if (message.kind === 'text') texts.push(message.text);
    };
    const result = await this.run(args, { onOutput: onLine, onError: onLine });
    if (result.exitCode === 0) return diagnostics.filter(({ severity }) => severity === 'warning');
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    throw failureOf(errors, {
      command,
      product: this.product,
      stack: this.options.stack,
      text: texts.join('\n'),
      signal: result.signal,
    });
  }

  private get env(): NodeJS.ProcessEnv {
    return { ...terraformEnv(this.options.env), ...(this.temporary ? { TMPDIR: this.temporary } : {}) };
  }

  private failed(command: string, detail: string): KilnError {
    return new KilnError(`${this.product} ${command} failed`, { code: 'terraform.failed', detail });
  }

  private async run(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const result = await this.start(args, { ...options, signal: this.options.signal }).done;
    if (this.options.signal.aborted) throw new KilnError('interrupted', { code: 'cli.interrupted' });
    return result;
  }

  private start(args: readonly string[], options: RunOptions): RunningProgram {
    return new RunningProgram(this.options.found.path, args, {
      cwd: this.options.folder,
      env: this.env,
      ownGroup: true,
      ...options,
    });
  }
}

/** Terraform draws a frame around its messages even without a terminal. */
function withoutFrames(text: string): string {
  return text
    .replace(/^[╷╵]\n?/gm, '')
    .replace(/^│ ?/gm, '')
    .trim();
}

/**
 * A CLI configuration with `provider_installation` makes Terraform look nowhere else, so not beside the stack either, where Kiln
 * puts its provider (Terraform's documentation, "Explicit Installation Method Configuration").
 */
function isOutOfSight(detail: string): boolean {
  return /was not\s+found in any of the search locations/.test(detail) && detail.includes(PROVIDER_SOURCE);
}

const LET_IN =
  "Your CLI configuration says where providers are looked for, and Kiln's own lies beside the stack. Add to its " +
  'provider_installation: filesystem_mirror { path = "terraform.d/plugins" include = ["kiln.internal/*/*"] }, each part on a line of its own, and ' +
  'exclude = ["kiln.internal/*/*"] to its other methods.';
