import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle, removeFolder, temporaryFolder } from './plugin-process';

export const ADDRESS = 'example.internal/test/toy';

/** `describe` where terraform is installed; elsewhere skipped with the reason, or failed in CI. */
export function describeWithTerraform(name: string, tests: () => void): void {
  const found = spawnSync('terraform', ['version']).status === 0;
  if (!found && process.env.CI === 'true') throw new Error('terraform is not in PATH');
  if (!found) process.stderr.write(`skipped '${name}': terraform is not in PATH\n`);
  (found ? describe : describe.skip)(name, tests);
}

export interface Run {
  readonly code: number | null;
  readonly output: string;
}

interface StateFile {
  readonly resources: readonly {
    readonly type: string;
    readonly instances: readonly {
      readonly status?: string;
      readonly attributes: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

/** A folder with a configuration that uses the toy provider. */
export class Workspace {
  readonly folder = temporaryFolder();
  readonly things = join(this.folder, 'things');
  readonly statePath = join(this.folder, 'terraform.tfstate');
  private readonly env: NodeJS.ProcessEnv;

  constructor(reattach?: string) {
    this.env = {
      PATH: process.env.PATH,
      HOME: this.folder,
      CHECKPOINT_DISABLE: '1',
      ...(reattach ? { TF_REATTACH_PROVIDERS: reattach } : {}),
    };
  }

  /** Puts the provider beside the configuration, as `kiln` would. */
  install(): void {
    const arch = process.arch === 'x64' ? 'amd64' : process.arch;
    const folder = join(this.folder, 'terraform.d/plugins', ADDRESS, '0.1.0', `${process.platform}_${arch}`);
    mkdirSync(folder, { recursive: true });
    const file = bundle('toy-main.ts', join(folder, 'terraform-provider-toy_v0.1.0'));
    chmodSync(file, 0o755);
    writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  }

  write(resources: string): void {
    const header = `
      terraform {
        required_providers {
          toy = { source = "${ADDRESS}" }
        }
      }
      provider "toy" {
        root = "${this.things}"
      }`;
    writeFileSync(join(this.folder, 'main.tf'), `${header}\n${resources}\n`);
  }

  async run(...args: string[]): Promise<Run> {
    const child = this.start(...args);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text) => {
        output += text;
      });
    }
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { code, output };
  }

  /** Runs a command that must succeed. */
  async ok(...args: string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    if (code !== 0) throw new Error(`terraform ${args.join(' ')} exited with ${code}:\n${output}`);
    return output;
  }

  apply(): Promise<string> {
    return this.ok('apply', '-auto-approve');
  }

  /** In a process group of its own, as a shell starts it. */
  start(...args: string[]): ChildProcess {
    const [command = '', ...rest] = args;
    const flags = command === 'init' || command === 'state' ? ['-no-color'] : ['-no-color', '-input=false'];
    const options = command === 'state' || command === 'show' ? rest : [...flags, ...rest];
    return spawn('terraform', [command, ...options], { cwd: this.folder, env: this.env, detached: true });
  }

  /** What is planned, by resource type. */
  async plannedActions(): Promise<Readonly<Record<string, string>>> {
    await this.ok('plan', '-out=plan');
    const plan = JSON.parse(await this.ok('show', '-json', 'plan')) as {
      resource_changes?: { address: string; change: { actions: string[]; replace_paths?: unknown } }[];
    };
    return Object.fromEntries(
      (plan.resource_changes ?? []).map(({ address, change }) => [
        address,
        [
          change.actions.join('+'),
          ...(change.replace_paths ? [JSON.stringify(change.replace_paths)] : []),
        ].join(' '),
      ]),
    );
  }

  get stateText(): string {
    return readFileSync(this.statePath, 'utf8');
  }

  instance(type: string): StateFile['resources'][number]['instances'][number] | undefined {
    const { resources } = JSON.parse(this.stateText) as StateFile;
    return resources.find((resource) => resource.type === type)?.instances[0];
  }

  /** Processes of the installed provider that are running. */
  providers(): number[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => this.isProvider(pid))
      .map(Number);
  }

  /** False also for a process that ends while it is looked at. */
  private isProvider(pid: string): boolean {
    try {
      const isHere = readlinkSync(`/proc/${pid}/cwd`) === this.folder;
      return isHere && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('terraform-provider-toy');
    } catch {
      return false;
    }
  }

  remove(): void {
    removeFolder(this.folder);
  }
}
