import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdktf';
import { AwsStack } from '../../../stacks/aws';
import { temporaryFolder } from '../fixtures';
import { addService } from './service-fixtures';

const WHO = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];

function project() {
  const folder = temporaryFolder();
  const git = (...args: readonly string[]) =>
    execFileSync('git', [...WHO, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder },
    }).trim();
  return { folder, git };
}

function synthesised(folder: string) {
  const outdir = join(folder, 'cdktf.out');
  const app = new App({ outdir, context: { cdktfJsonPath: join(folder, 'cdktf.json') } });
  addService(new AwsStack(app, 'shop', { region: 'eu-central-1' }));
  app.synth();
  const read = (name: string) => JSON.parse(readFileSync(join(outdir, 'stacks/shop', name), 'utf8'));
  return { source: read('source.json'), resource: read('cdk.tf.json').resource };
}

test('the commit is in a file beside the configuration, and in tags', () => {
  const { folder, git } = project();
  git('init', '--quiet');
  git('commit', '--quiet', '--allow-empty', '--message', 'first');
  const commit = git('rev-parse', 'HEAD');
  const { source, resource } = synthesised(folder);
  expect(source).toEqual({ commit });
  expect(resource.aws_vpc.network.tags['kiln:commit']).toBe(commit);
});

test('a changed file marks it', () => {
  const { folder, git } = project();
  git('init', '--quiet');
  writeFileSync(join(folder, 'main.ts'), '1');
  git('add', 'main.ts');
  git('commit', '--quiet', '--message', 'first');
  writeFileSync(join(folder, 'main.ts'), '2');
  expect(synthesised(folder).source).toEqual({ commit: `${git('rev-parse', 'HEAD')}-dirty` });
});

test('outside of a repository there is none, and nothing is tagged with one', () => {
  const { source, resource } = synthesised(project().folder);
  expect(source).toEqual({ commit: null });
  expect(resource.aws_vpc.network.tags).not.toHaveProperty('kiln:commit');
});

test('what an image is made from is the same in the next commit', () => {
  const { folder, git } = project();
  git('init', '--quiet');
  const of = () => {
    git('commit', '--quiet', '--allow-empty', '--message', 'next');
    const { kiln_ami, aws_launch_template } = synthesised(folder).resource;
    return [kiln_ami.web, aws_launch_template.web.tag_specifications];
  };
  expect(of()).toEqual(of());
});
