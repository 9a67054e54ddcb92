export function mainTs(name: string): string {
  return `import { App } from 'cdktf';
import { Duration, HealthCheck, RollingUpdatePolicy, Toolchain, UnikernelImage, UnikernelService } from 'kiln-cdk';
import { LocalStack } from 'kiln-cdk/stacks';

const app = new App();
const stack = new LocalStack(app, '${name}');

// Built when its sources have changed. The kernel and its boot arguments are the image: change any of them, and the next
// deploy replaces the instances.
const image = UnikernelImage.fromBuild('unikernel', {
  toolchain: Toolchain.make({ artifact: 'build/hello.elf', args: ['-s'] }),
  bootArgs: ['--greeting=hello', '--version=1'],
});

const web = new UnikernelService(stack, 'web', {
  image,
  instances: 3,
  port: 8080,
  healthCheck: HealthCheck.http('/healthz'),
  // One new instance at a time, none missing; done when all have stayed healthy for two seconds.
  update: RollingUpdatePolicy.rolling({ maxSurge: 1, maxUnavailable: 0, bakeTime: Duration.seconds(2) }),
});
web.expose();

app.synth();
`;
}
