import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { AwsStack } from '../../../stacks/aws';
import { type AwsCloud, startAwsCloud, testWithAwsCloud } from '../../helpers/aws-cloud';
import { AWS_PROVIDER_VERSION, awsMirrorConfig } from '../../helpers/aws-provider';
import { temporaryFolder } from '../fixtures';
import { addService, type Json, withoutKiln } from './service-fixtures';

const WHO = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];

let cloud: AwsCloud | undefined;
afterAll(() => cloud?.stop());

testWithAwsCloud()(
  'what is tagged with a commit is not touched by a later one, but by another tag of the user',
  async () => {
    cloud = await startAwsCloud();
    const folder = temporaryFolder();
    const project = temporaryFolder();
    git(project, 'init', '--quiet');

    const first = commit(project);
    write(folder, stackAt(project));
    await terraform(folder, 'init');
    await terraform(folder, 'apply', '-auto-approve');
    expect(commitsInState(folder)).toEqual(new Set([first]));

    const second = commit(project);
    const next = stackAt(project);
    expect(JSON.stringify(next)).toContain(second);
    write(folder, next);
    expect(await terraform(folder, 'plan', '-detailed-exitcode')).toBe(0);

    write(folder, stackAt(project, { team: 'web' }));
    expect(await terraform(folder, 'plan', '-detailed-exitcode')).toBe(2);
  },
  240_000,
);

/** The network, firewall and launch template of a service; balancers would take a minute to be there. */
function stackAt(project: string, tags: Readonly<Record<string, string>> = {}): Json {
  const outdir = join(project, 'cdktf.out');
  const app = new App({ outdir, context: { cdktfJsonPath: join(project, 'cdktf.json') } });
  addService(new AwsStack(app, 'shop', { region: 'eu-central-1', tags }));
  app.synth();
  const json = withoutKiln(JSON.parse(readFileSync(join(outdir, 'stacks/shop/cdk.tf.json'), 'utf8')));
  const { aws_vpc, aws_security_group, aws_launch_template } = json.resource;
  return { resource: { aws_vpc, aws_security_group, aws_launch_template } };
}

function write(folder: string, json: Json): void {
  const aws = { source: 'hashicorp/aws', version: AWS_PROVIDER_VERSION };
  const terraform = { required_providers: { aws } };
  const provider = { aws: cloud?.provider };
  writeFileSync(join(folder, 'main.tf.json'), JSON.stringify({ ...json, terraform, provider }));
}

/** @returns the exit code, where one of 0 and 2 is expected; the cloud is in this process, which must not wait */
async function terraform(folder: string, command: string, ...flags: readonly string[]): Promise<number> {
  const config = join(folder, 'terraformrc');
  writeFileSync(config, awsMirrorConfig());
  const child = spawn('terraform', [command, '-no-color', '-input=false', ...flags], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, TF_CLI_CONFIG_FILE: config, CHECKPOINT_DISABLE: '1' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0 && status !== 2) throw new Error(`terraform ${command}: ${said}`);
  return status;
}

function commitsInState(folder: string): Set<string> {
  const { resources } = JSON.parse(readFileSync(join(folder, 'terraform.tfstate'), 'utf8')) as Json;
  const commits = resources.flatMap(({ instances }: Json) =>
    instances.flatMap(({ attributes }: Json) => attributes.tags?.['kiln:commit'] ?? []),
  );
  return new Set(commits);
}

function commit(project: string): string {
  git(project, 'commit', '--quiet', '--allow-empty', '--message', 'next');
  return git(project, 'rev-parse', 'HEAD');
}

function git(folder: string, ...args: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const env = { PATH: process.env.PATH, HOME: folder };
  return execFileSync('git', [...WHO, ...args], { cwd: folder, encoding: 'utf8', env }).trim();
}
