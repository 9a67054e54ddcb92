import { Testing } from 'cdktf';
import {
  type RollingUpdatePolicy,
  UnikernelImage,
  UnikernelService,
  type UnikernelServiceProps,
} from '../../../constructs';
import { kilnMatchers } from '../../../constructs/testing';
import { LocalStack } from '../../../stacks';
import { kernelFile, temporaryFolder } from '../fixtures';

expect.extend(kilnMatchers);

const kernel = kernelFile();

export interface ShopOptions {
  readonly version?: string;
  readonly instances?: number;
  readonly update?: RollingUpdatePolicy;
  readonly web?: Partial<UnikernelServiceProps>;
  /** What else is done to it. */
  readonly change?: (services: { stack: LocalStack; web: UnikernelService; api: UnikernelService }) => void;
}

/** A service `web`, exposed at 8080, that may call `front/api`. */
export function shop({
  version = '1',
  instances = 3,
  update,
  web: props,
  change,
}: ShopOptions = {}): LocalStack {
  const stack = new LocalStack(Testing.app({ outdir: temporaryFolder() }), 'shop');
  const api = new UnikernelService(stack, 'api', { image: UnikernelImage.fromKernel(kernel), port: 9000 });
  const web = new UnikernelService(stack, 'web', {
    image: UnikernelImage.fromKernel(kernel, { bootArgs: [`--version=${version}`] }),
    port: 80,
    instances,
    ...(update ? { update } : {}),
    ...props,
  });
  web.connections.allowTo(api);
  web.expose({ port: 8080 });
  change?.({ stack, web, api });
  return stack;
}
