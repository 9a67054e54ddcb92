import { join } from 'node:path';
import { App } from 'cdktf';
import { HealthCheck, UnikernelImage, UnikernelService } from 'kiln-cdk';
import { LocalStack } from 'kiln-cdk/stacks';

const app = new App();
const stack = new LocalStack(app, 'shop');

const kernel = (name: string) => UnikernelImage.fromKernel(join(__dirname, `unikernels/build/${name}.elf`));
const healthCheck = HealthCheck.http('/healthz');

const catalog = new UnikernelService(stack, 'catalog', { image: kernel('catalog'), port: 9100, healthCheck });
const cart = new UnikernelService(stack, 'cart', { image: kernel('cart'), port: 9200, healthCheck });
const web = new UnikernelService(stack, 'web', {
  image: kernel('web'),
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
