import { join } from 'node:path';
import { App } from 'cdktf';
import { Duration, HealthCheck, RollingUpdatePolicy, Size, UnikernelImage, UnikernelService } from 'kiln-cdk';
import { LocalStack } from 'kiln-cdk/stacks';

const build = join(__dirname, 'build/amd64');
const version = process.env.LINUX_VERSION ?? '1';

const app = new App();
const stack = new LocalStack(app, 'linux');

const web = new UnikernelService(stack, 'web', {
  image: UnikernelImage.fromKernel(join(build, 'vmlinuz'), {
    initrd: join(build, 'initramfs.cpio'),
    bootArgs: ['--greeting=hello from Linux', `--version=${version}`],
  }),
  instances: 2,
  memory: Size.mebibytes(128),
  port: 8080,
  healthCheck: HealthCheck.http('/healthz'),
  update: RollingUpdatePolicy.rolling({
    maxSurge: 1,
    maxUnavailable: 0,
    healthTimeout: Duration.seconds(60),
  }),
});
web.expose();

app.synth();
