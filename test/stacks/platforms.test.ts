import { RollingUpdatePolicy, UnikernelService } from '../../constructs';
import { awsShop, type ShopOptions, shop } from '../constructs/testing/fixtures';

// What a user's code means must not depend on where it is deployed.
describe.each<[string, (options?: ShopOptions) => ReturnType<typeof shop> | ReturnType<typeof awsShop>]>([
  ['LocalStack', shop],
  ['AwsStack', awsShop],
])('%s', (_, make) => {
  test('connects what is declared, one way, and opens what is exposed', () => {
    expect(make()).toConnectOnly({ web: ['api'] });
    expect(make()).toOpenOnlyPorts([8080]);
  });

  test('takes services that call each other in a circle', () => {
    const circle = make({ change: ({ web, api }) => api.connections.allowTo(web) });
    expect(circle).toConnectOnly({ web: ['api'], api: ['web'] });
  });

  test('replaces a service that gets one more to call, by the address in its arguments', () => {
    const more = make({
      change: ({ stack, web }) => {
        const { image } = web;
        web.connections.allowTo(new UnikernelService(stack, 'more', { image, port: 7000 }));
      },
    });
    expect({ before: make(), after: more }).toReplaceInstancesOf('web');
    expect({ before: make(), after: more }).not.toReplaceInstancesOf('api');
  });

  test('replaces nothing by another number or policy', () => {
    const update = RollingUpdatePolicy.blueGreen();
    expect({ before: make(), after: make({ instances: 5, update }) }).not.toReplaceAnything();
  });

  test('keeps as many in service as the policy says', () => {
    const update = RollingUpdatePolicy.rolling({ maxSurge: 0, maxUnavailable: '34%' });
    expect(make({ update })).toKeepInService(2, 'web');
    expect(make({ update })).not.toKeepInService(3, 'web');
  });
});
