import { App } from 'cdktf';
import { Construct } from 'constructs';
import { UnikernelImage, UnikernelService } from '../../../constructs';
import { LocalStack } from '../../../stacks';
import { kernelFile, localStack, resource, temporaryFolder } from '../fixtures';

const props = { image: UnikernelImage.fromKernel(kernelFile()), port: 80 };

test('the name of a service within other constructs is its path', () => {
  const stack = localStack();
  new UnikernelService(new Construct(stack, 'backend'), 'api', props);
  expect(resource(stack, 'backend-api').name).toBe('shop-backend-api');
});

test.each([
  ['Shop', 'web', 'Shop-web'],
  ['shop', 'web_1', 'shop-web_1'],
  ['shop', 'w'.repeat(36), `shop-${'w'.repeat(36)}`],
])('refuses %s/%s', (stack, id, name) => {
  expect(() => new UnikernelService(localStack(stack), id, props)).toThrow(
    `the service '${stack}/${id}' would be named '${name}', an invalid name: must be 1 to 40 lowercase letters, digits ` +
      'and hyphens, starting with a letter; rename the stack or the construct',
  );
});

test('refuses two services that would have one name in the runtime', () => {
  const app = new App({ outdir: temporaryFolder() });
  new UnikernelService(new LocalStack(app, 'shop'), 'a-web', props);
  expect(() => new UnikernelService(new LocalStack(app, 'shop-a'), 'web', props)).toThrow(
    "the services 'shop/a-web' and 'shop-a/web' would both be named 'shop-a-web'; rename one of them",
  );
});
