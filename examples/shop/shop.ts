import type { TerraformStack } from 'cdktf';
import {
  HealthCheck,
  type RollingUpdateOptions,
  RollingUpdatePolicy,
  Toolchain,
  UnikernelImage,
  UnikernelService,
} from 'kiln-cdk';

export interface ShopOptions {
  /** How a new web takes over. @default - one more at a time, none fewer */
  readonly update?: RollingUpdateOptions;
  /** Further boot arguments of web. @default - none */
  readonly webArgs?: readonly string[];
}

/** The services of the shop, in any stack: main.ts deploys them, shop.test.ts looks at them. */
export function addShop(stack: TerraformStack, options: ShopOptions = {}): void {
  const healthCheck = HealthCheck.http('/healthz');
  const catalog = new UnikernelService(stack, 'catalog', {
    image: kernel('catalog', 9100),
    port: 9100,
    healthCheck,
  });
  const cart = new UnikernelService(stack, 'cart', { image: kernel('cart', 9200), port: 9200, healthCheck });
  const web = new UnikernelService(stack, 'web', {
    image: kernel('web', 8080, options.webArgs),
    instances: 2,
    port: 8080,
    healthCheck,
    update: RollingUpdatePolicy.rolling(options.update),
  });

  // Each arrow is the only way there is: web is told --cart=HOST:PORT and --catalog=HOST:PORT, cart only --catalog.
  web.connections.allowTo(cart);
  web.connections.allowTo(catalog);
  cart.connections.allowTo(catalog);
  web.expose();
}

function kernel(name: string, port: number, more: readonly string[] = []): UnikernelImage {
  return UnikernelImage.fromBuild('unikernels', {
    toolchain: Toolchain.make({
      artifact: `build/${name}.elf`,
      targets: [`build/${name}.elf`],
      args: ['-s'],
      // What they are linked with lies elsewhere; a change of it builds them again as well.
      inputs: ['../../hello-unikernel/kernel'],
    }),
    bootArgs: [`--port=${port}`, ...more],
  });
}
