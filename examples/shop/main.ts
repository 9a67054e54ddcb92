import { App } from 'cdktf';
import { HealthCheck, Toolchain, UnikernelImage, UnikernelService } from 'kiln-cdk';
import { LocalStack } from 'kiln-cdk/stacks';

const app = new App();
const stack = new LocalStack(app, 'shop');

const kernel = (name: string, port: number) =>
  UnikernelImage.fromBuild('unikernels', {
    toolchain: Toolchain.make({
      artifact: `build/${name}.elf`,
      targets: [`build/${name}.elf`],
      args: ['-s'],
      // What they are linked with lies elsewhere; a change of it builds them again as well.
      inputs: ['../../hello-unikernel/kernel'],
    }),
    bootArgs: [`--port=${port}`],
  });
const healthCheck = HealthCheck.http('/healthz');

const catalog = new UnikernelService(stack, 'catalog', {
  image: kernel('catalog', 9100),
  port: 9100,
  healthCheck,
});
const cart = new UnikernelService(stack, 'cart', { image: kernel('cart', 9200), port: 9200, healthCheck });
const web = new UnikernelService(stack, 'web', {
  image: kernel('web', 8080),
  instances: 2,
  port: 8080,
  healthCheck,
});

// Each arrow is the only way there is: web is told --cart=HOST:PORT and --catalog=HOST:PORT, cart only --catalog.
web.connections.allowTo(cart);
web.connections.allowTo(catalog);
cart.connections.allowTo(catalog);
web.expose();

app.synth();
