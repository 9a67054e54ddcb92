import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AwsCloud, startAwsCloud, testWithAwsCloud } from '../helpers/aws-cloud';
import { temporaryHome } from '../helpers/home';
import { AwsProject } from './aws-project';

jest.setTimeout(240_000);

const deploys = testWithTofu();

// Where all is skipped, no hook would remove it.
const home = deploys === test.skip ? '' : temporaryHome().home;

/** In no package that CI installs, so its absence is never a failure. */
function testWithTofu() {
  if (spawnSync('tofu', ['--version']).error === undefined) return testWithAwsCloud('make', 'gcc');
  process.stderr.write('skipped, because tofu cannot be started\n');
  return test.skip;
}

deploys('OpenTofu deploys a service, finds nothing to do then, and leaves nothing', async () => {
  const cloud: AwsCloud = await startAwsCloud();
  const project = new AwsProject(home, { ...cloud.env, KILN_TERRAFORM: 'tofu' });
  try {
    const shop = { services: ['jobs'] } as const;
    await project.ok('deploy --yes', shop);
    const lock = join(project.folder, 'cdktf.out/stacks/shop/.terraform.lock.hcl');
    expect(readFileSync(lock, 'utf8')).toContain('registry.opentofu.org/hashicorp/aws');
    const serving = cloud.instances('shop-jobs').filter(({ lifecycle }) => lifecycle === 'InService');
    expect(serving).toHaveLength(4);
    await project.ok('diff --exit-code', shop);
    await project.ok('destroy --yes', shop);
    expect({ groups: cloud.groups, images: cloud.images }).toEqual({ groups: [], images: [] });
  } finally {
    await cloud.stop();
    project.remove();
  }
});
