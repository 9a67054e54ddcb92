import { type TerraformStack, Testing } from 'cdktf';
import {
  type RollingUpdatePolicy,
  UnikernelImage,
  UnikernelService,
  type UnikernelServiceProps,
} from '../../../constructs';
import { kilnMatchers } from '../../../constructs/testing';
import { LocalStack } from '../../../stacks';
import { AwsStack, type AwsStackProps } from '../../../stacks/aws';
import { kernelFile, temporaryFolder } from '../fixtures';

expect.extend(kilnMatchers);

const kernel = kernelFile();

export interface ShopOptions {
  readonly version?: string;
  readonly instances?: UnikernelServiceProps['instances'];
  readonly update?: RollingUpdatePolicy;
  readonly web?: Partial<UnikernelServiceProps>;
  /** What else is done to it. */
  readonly change?: (services: {
    readonly stack: TerraformStack;
    readonly web: UnikernelService;
    readonly api: UnikernelService;
  }) => void;
}

/** A service `web`, exposed at 8080, that may call `api`: in the local runtime. */
export function shop(options: ShopOptions = {}): LocalStack {
  return fill(new LocalStack(Testing.app({ outdir: temporaryFolder() }), 'shop'), options);
}

/** The same on AWS. */
export function awsShop(options: ShopOptions & { readonly aws?: Partial<AwsStackProps> } = {}): AwsStack {
  const app = Testing.app({ outdir: temporaryFolder() });
  return fill(new AwsStack(app, 'shop', { region: 'eu-central-1', ...options.aws }), options);
}

function fill<T extends TerraformStack>(stack: T, options: ShopOptions): T {
  const { version = '1', instances = 3, update, web: props, change } = options;
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
