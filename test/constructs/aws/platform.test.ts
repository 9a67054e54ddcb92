import { Construct } from 'constructs';
import { Platform } from '../../../constructs';
import { AwsNetwork, Spot } from '../../../stacks/aws';
import { refusal } from '../../helpers/refusal';
import { EXISTING, ref } from './network-fixtures';
import { addService, awsStack, resource, synth } from './service-fixtures';

describe('options of single services', () => {
  test("count more than the stack's, each by itself", () => {
    const stack = awsStack({
      instanceType: 't3.small',
      keep: 9,
      services: { api: { instanceType: 't3.micro' }, 'backend/jobs': { keep: 1 } },
    });
    addService(stack, 'web');
    addService(stack, 'api', { port: 9000 });
    addService(new Construct(stack, 'backend'), 'jobs', { port: 9001 });
    const { aws_launch_template: templates, kiln_ami: amis } = synth(stack).resource;
    const facts = (id: string) => [templates[id].instance_type, amis[id].keep];
    expect(facts('web')).toEqual(['t3.small', 9]);
    expect(facts('api')).toEqual(['t3.micro', 9]);
    expect(facts('backend-jobs')).toEqual(['t3.small', 1]);
  });

  test('take back what the stack says by undefined', () => {
    const services = { web: { spot: undefined } } as unknown as Record<string, object>;
    const stack = awsStack({ spot: Spot.all(), services });
    addService(stack);
    expect(resource(stack, 'aws_launch_template')).not.toHaveProperty('instance_market_options');
  });

  test('refuses options of a service that there is not, with the names of those that there are', () => {
    const stack = awsStack({ services: { wbe: {} } });
    addService(stack);
    addService(stack, 'api', { port: 9000 });
    expect(refusal(() => synth(stack))).toEqual([
      'constructs.services',
      "'services' of stack 'shop' has options for 'wbe', and its services are: 'web', 'api'",
    ]);
    expect(refusal(() => synth(awsStack({ services: { web: {} } })))).toEqual([
      'constructs.services',
      "'services' of stack 'shop' has options for 'web', and its services are: none",
    ]);
  });
});

test.each([['frankfurt'], ['eu-central-1a'], ['']])("refuses '%s' as a region", (region) => {
  expect(refusal(() => awsStack({ region }))).toEqual([
    'constructs.region',
    `'region' is ${JSON.stringify(region)}; give one such as 'eu-central-1'`,
  ]);
});

test('refuses a connection to a service of the stack that runs on another platform', () => {
  const stack = awsStack();
  const web = addService(stack);
  const elsewhere = new Construct(stack, 'elsewhere');
  Platform.provide(elsewhere, {
    bindImage: (image) => ({
      source: image,
      path: 'x',
      initrd: null,
      memoryMib: undefined,
      digest: () => 'x',
    }),
    bindService: () => ({ endpoint: 'x', expose: () => undefined, connect: () => undefined }),
  });
  const api = addService(elsewhere, 'api');
  expect(refusal(() => web.connections.allowTo(api))).toEqual([
    'constructs.connection',
    "'shop/elsewhere/api' runs on another platform; connect services of one platform",
  ]);
});

describe('a network of the user', () => {
  const zones = ['eu-central-1a', 'eu-central-1b'] as const;
  const subnets = (props: Parameters<typeof awsStack>[0]) => {
    const stack = awsStack(props);
    addService(stack);
    return resource(stack, 'aws_autoscaling_group').vpc_zone_identifier;
  };

  test('is where instances are', () => {
    expect(subnets({ network: AwsNetwork.existing(EXISTING) })).toEqual(['subnet-a', 'subnet-b']);
  });

  test('may be left to a part of its zones by a service', () => {
    const network = AwsNetwork.create({ zones });
    expect(subnets({ network, services: { web: { zones: ['eu-central-1b'] } } })).toEqual([
      ref('aws_subnet.network_private-2.id'),
    ]);
  });

  test('refuses a zone that it is not in, and none', () => {
    const network = AwsNetwork.create({ zones });
    const there = "the stack's network is in eu-central-1a, eu-central-1b";
    expect(refusal(() => subnets({ network, zones: ['eu-central-1c'] }))).toEqual([
      'constructs.network',
      `'zones' of 'shop/web' names 'eu-central-1c'; ${there}`,
    ]);
    expect(refusal(() => subnets({ network, zones: [] }))).toEqual([
      'constructs.network',
      `'zones' of 'shop/web' is empty; ${there}`,
    ]);
  });

  test('refuses zones by name where the network has only a number of them', () => {
    const [code, message] = refusal(() => subnets({ zones: ['eu-central-1a'] }));
    expect(code).toBe('constructs.network');
    expect(message).toContain(
      "'zones' of 'shop/web' names eu-central-1a, and which zones the stack's network is in",
    );
  });
});
