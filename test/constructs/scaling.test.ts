import { TerraformVariable } from 'cdktf';
import {
  RollingUpdatePolicy,
  Scaling,
  UnikernelImage,
  UnikernelService,
  type UnikernelServiceProps,
} from '../../constructs';
import { refusal } from '../helpers/refusal';
import { kernelFile, localStack, resource } from './fixtures';

const image = UnikernelImage.fromKernel(kernelFile());

function service(props: Partial<UnikernelServiceProps>, stack = localStack()) {
  return new UnikernelService(stack, 'web', { image, port: 80, ...props });
}

test.each([
  [Scaling.onCpu(60), { metric: 'cpu', target: 60 }],
  [Scaling.onRequests(1000), { metric: 'requests', target: 1000 }],
])('is read by platforms as metric and target', (scaling, spec) => {
  expect(scaling.toSpec()).toEqual(spec);
});

test.each([
  [() => Scaling.onCpu(0), "'percent' is 0; give a whole number from 1 to 100"],
  [() => Scaling.onCpu(101), "'percent' is 101; give a whole number from 1 to 100"],
  [() => Scaling.onRequests(0.5), "'perMinute' is 0.5; give a whole number from 1 to 60000000"],
])('refuses a target that is none', (action, message) => {
  expect(refusal(action)).toEqual(['constructs.number', message]);
});

describe('a range of instances', () => {
  const instances = { min: 2, max: 5 };

  test('runs its least in the local runtime, which says so', () => {
    const stack = localStack();
    const web = service({ instances, scaling: Scaling.onCpu(60) }, stack);
    expect(resource(stack, 'web').instances).toBe(2);
    expect(web.node.metadata.map(({ type, data }) => [type, data])).toEqual([
      ['@cdktf/info', "'instances' is from 2 to 5; the local runtime does not scale, and runs 2"],
    ]);
  });

  test('of one size is that size, and nothing is said', () => {
    const stack = localStack();
    const web = service({ instances: { min: 3, max: 3 } }, stack);
    expect(resource(stack, 'web').instances).toBe(3);
    expect(web.node.metadata).toEqual([]);
  });

  test('refuses a policy that comes to nothing at its least', () => {
    const update = RollingUpdatePolicy.rolling({ maxSurge: 0, maxUnavailable: '25%' });
    const [code, message] = refusal(() => service({ instances, update }));
    expect(code).toBe('constructs.update-policy');
    expect(message).toContain("'maxUnavailable' is 25%, which of 2 'instances' comes to 0");
  });

  test.each([
    [
      { min: 5, max: 2 },
      'constructs.scaling',
      "'instances.min' is 5 and 'instances.max' 2; give a 'max' of at least 5",
    ],
    [{ min: 0, max: 2 }, 'constructs.number', "'instances.min' is 0; give a whole number from 1 to 100"],
    [{ min: 1, max: 101 }, 'constructs.number', "'instances.max' is 101; give a whole number from 1 to 100"],
  ])('refuses %p', (range, code, message) => {
    expect(refusal(() => service({ instances: range }))).toEqual([code, message]);
  });

  test('refuses a token, of which nobody knows whether it is the smaller', () => {
    const stack = localStack();
    const token = new TerraformVariable(stack, 'n', { type: 'number' }).numberValue;
    const [code, message] = refusal(() => service({ instances: { min: token, max: 3 } }, stack));
    expect(code).toBe('constructs.token');
    expect(message).toContain("'instances.min' is a token");
  });
});

test.each([[3], [{ min: 3, max: 3 }]])('refuses scaling of a fixed size (%p)', (instances) => {
  expect(refusal(() => service({ instances, scaling: Scaling.onCpu(60) }))).toEqual([
    'constructs.scaling',
    "'scaling' is given, but 'instances' is one number, so there is nothing to scale; give a range such as " +
      "{ min: 2, max: 6 }, or leave 'scaling' out",
  ]);
});
