import { App } from 'cdktf';
import {
  Duration,
  HealthCheck,
  RollingUpdatePolicy,
  Toolchain,
  UnikernelImage,
  UnikernelService,
} from 'kiln-cdk';
import { LocalStack } from 'kiln-cdk/stacks';

const version = process.env.HELLO_VERSION ?? '1';
/** A fault of the unikernel to try, such as `--never-healthy` or `--crash-after=5`; see ../hello-unikernel. */
const fault = process.env.HELLO_FAULT;

const app = new App();
const stack = new LocalStack(app, 'hello');

const web = new UnikernelService(stack, 'web', {
  image: UnikernelImage.fromBuild('../hello-unikernel', {
    toolchain: Toolchain.make({ artifact: 'build/hello.elf', args: ['-s'] }),
    bootArgs: ['--greeting=hello', `--version=${version}`, ...(fault ? [fault] : [])],
  }),
  instances: 3,
  port: 8080,
  healthCheck: HealthCheck.http('/healthz'),
  update: RollingUpdatePolicy.rolling({
    maxSurge: 1,
    maxUnavailable: 0,
    bakeTime: Duration.seconds(2),
    healthTimeout: Duration.seconds(15),
  }),
});
web.expose();

app.synth();
