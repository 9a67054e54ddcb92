import { App } from 'cdktf';
import { Construct } from 'constructs';
import { UnikernelImage, UnikernelService } from '../../../constructs';
import { AwsStack } from '../../../stacks/aws';
import { refusal } from '../../helpers/refusal';
import { temporaryFolder } from '../fixtures';
import { awsStack, KERNEL, synth } from './service-fixtures';

const props = { image: UnikernelImage.fromKernel(KERNEL), port: 80 };

test('the name of a service within other constructs is its path', () => {
  const stack = awsStack();
  new UnikernelService(new Construct(stack, 'backend'), 'api', props).expose();
  const { resource, output } = synth(stack);
  expect(resource.aws_autoscaling_group['backend-api'].name).toBe('shop-backend-api');
  expect(resource.kiln_ami['backend-api'].service).toBe('shop/backend/api');
  expect(output).toHaveProperty('backend-api_endpoint');
});

test.each([
  ['Shop', 'web'],
  ['shop', 'web_1'],
  ['shop', 'w'.repeat(96)],
])('refuses %s/%s', (stack, id) => {
  const name = `${stack}-${id}`;
  expect(refusal(() => new UnikernelService(awsStack({}, stack), id, props))).toEqual([
    'constructs.name',
    `the service '${stack}/${id}' would be named '${name}' (${name.length} characters); a name on AWS has at most 100 ` +
      'lowercase letters, digits and hyphens, starting with a letter; rename the stack or the construct',
  ]);
});

test('what has less room for a name than a group has gets a shorter one', () => {
  const stack = awsStack();
  const id = 'w'.repeat(95);
  const web = new UnikernelService(stack, id, props);
  web.expose();
  const { resource } = synth(stack);
  expect(resource.aws_autoscaling_group[id].name).toBe(`shop-${id}`);
  expect(resource.aws_launch_template[id].name_prefix.length + 26).toBeLessThanOrEqual(128);
  expect(resource.aws_lb_target_group[`${id}_public`].name).toMatch(/^shop-w+-[0-9a-f]{8}$/);
  expect(resource.aws_lb_target_group[`${id}_public`].name.length).toBeLessThanOrEqual(32);
});

test('refuses two services that would have one name in the account', () => {
  const app = new App({ outdir: temporaryFolder() });
  const stack = (id: string) => new AwsStack(app, id, { region: 'eu-central-1' });
  new UnikernelService(stack('shop'), 'a-web', props);
  expect(refusal(() => new UnikernelService(stack('shop-a'), 'web', props))).toEqual([
    'constructs.name',
    "the services 'shop/a-web' and 'shop-a/web' would both be named 'shop-a-web'; rename one of them",
  ]);
});
