import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installProvider, PROVIDER_SOURCE } from '../../lib/cli/terraform/install';
import { version } from '../../package.json';
import type { Ended } from './project';

const BUNDLE = join(__dirname, '../../dist/bin/terraform-provider-kiln.js');

/** What Terraform is to do with a resource, such as `create+delete`, by address; nothing of those it leaves. */
export type Actions = Readonly<Record<string, string>>;

/** A configuration of Terraform's own, with the built provider beside it and no `kiln` around it. */
export class TerraformFolder {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'kiln-tf-')));
  /** Where its programs put what is temporary. */
  private readonly temporary = join(this.folder, 'tmp');
  private readonly running = new Map<number, Promise<Ended>>();

  constructor(private readonly env: Readonly<Record<string, string>>) {
    mkdirSync(this.temporary);
  }

  /** Makes the provider known; once, after the first `write`. */
  async init(): Promise<void> {
    await installProvider({ stackFolder: this.folder, file: BUNDLE, version });
    await this.ok('init');
  }

  write(config: object): void {
    const terraform = { required_providers: { kiln: { source: PROVIDER_SOURCE, version } } };
    writeFileSync(join(this.folder, 'main.tf.json'), JSON.stringify({ terraform, ...config }));
  }

  start(...args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const [command = '', ...rest] = args;
    const flags = command === 'show' ? [] : ['-no-color', '-input=false'];
    const child = spawn('terraform', [command, ...flags, ...rest], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        TMPDIR: this.temporary,
        CHECKPOINT_DISABLE: '1',
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, as a shell gives it: a Ctrl-C reaches the whole group.
      detached: true,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += data;
      });
    }
    const ended = new Promise<Ended>((resolve) =>
      child.on('close', (exitCode) => {
        this.running.delete(child.pid as number);
        resolve({ exitCode, output });
      }),
    );
    this.running.set(child.pid as number, ended);
    return { child, ended };
  }

  /** What a command that must succeed prints. */
  async ok(...args: readonly string[]): Promise<string> {
    const { exitCode, output } = await this.start(...args).ended;
    if (exitCode !== 0) throw new Error(`terraform ${args.join(' ')} exited with ${exitCode}:\n${output}`);
    return output;
  }

  apply(): Promise<string> {
    return this.ok('apply', '-auto-approve');
  }

  async plannedActions(): Promise<Actions> {
    await this.ok('plan', '-out=plan');
    const { resource_changes: changes = [] } = JSON.parse(await this.ok('show', '-json', 'plan')) as {
      resource_changes?: { address: string; change: { actions: string[] } }[];
    };
    const entries = changes.map(({ address, change }) => [address, change.actions.join('+')] as const);
    return Object.fromEntries(entries.filter(([, actions]) => actions !== 'no-op'));
  }

  /** What the state says of a resource. */
  attributes(type: string): Readonly<Record<string, unknown>> {
    const state = JSON.parse(readFileSync(join(this.folder, 'terraform.tfstate'), 'utf8')) as {
      resources: { type: string; instances: { attributes: Record<string, unknown> }[] }[];
    };
    const found = state.resources.find((resource) => resource.type === type)?.instances[0];
    if (!found) throw new Error(`no ${type} in the state`);
    return found.attributes;
  }

  /** Names of what its programs left behind. */
  leftovers(): string[] {
    return readdirSync(this.temporary);
  }

  /** Also ends what a test that failed left running, with the provider, which is in the same group. */
  async remove(): Promise<void> {
    for (const [pid, ended] of this.running) {
      process.kill(-pid, 'SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
