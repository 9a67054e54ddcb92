import { readState } from '../../lib/plan';

test('services are found in the state, also inside modules', () => {
  const web = {
    address: 'kiln_local_service.web',
    type: 'kiln_local_service',
    values: { name: 'shop-web', endpoint: 'http://127.0.0.1:1', instance_names: ['a'] },
  };
  const api = {
    address: 'module.m.kiln_local_service.api',
    type: 'kiln_local_service',
    values: { name: 'shop-api', endpoint: null },
  };
  const other = { address: 'terraform_data.x', type: 'terraform_data', values: {} };
  const state = {
    values: { root_module: { resources: [web, other], child_modules: [{ resources: [api] }] } },
  };
  expect(readState(JSON.stringify(state), 'shop').services).toEqual([
    { address: web.address, name: 'shop-web', endpoint: 'http://127.0.0.1:1', instances: ['a'], group: null },
    { address: api.address, name: 'shop-api', endpoint: null, instances: [], group: null },
  ]);
});

test('of a service on AWS the state has the group that serves, and an output its endpoint', () => {
  const rollout = {
    address: 'kiln_aws_rollout.web',
    type: 'kiln_aws_rollout',
    values: { service: 'shop-web', active_group: 'shop-web-green' },
  };
  const hidden = {
    ...rollout,
    address: 'kiln_aws_rollout.api',
    values: { service: 'shop-api', active_group: 'a' },
  };
  const outputs = { web_endpoint: { value: 'http://shop.example' }, api: { value: 'x' } };
  const state = { values: { root_module: { resources: [rollout, hidden] }, outputs } };
  expect(readState(JSON.stringify(state), 'shop').services).toEqual([
    {
      address: rollout.address,
      name: 'shop-web',
      endpoint: 'http://shop.example',
      instances: [],
      group: 'shop-web-green',
    },
    { address: hidden.address, name: 'shop-api', endpoint: null, instances: [], group: 'a' },
  ]);
});

test('an empty state has none', () => {
  expect(readState('{"format_version":"1.0"}', 'shop')).toEqual({ services: [], outputs: {} });
});

test('refuses what is not JSON', () => {
  expect(() => readState('Error', 'shop')).toThrow('the state that Terraform wrote is not JSON');
});

test('secret outputs are left out', () => {
  const outputs = { url: { sensitive: false, value: 'http://x' }, key: { sensitive: true, value: 'hush' } };
  expect(readState(JSON.stringify({ values: { outputs } }), 'shop').outputs).toEqual({ url: 'http://x' });
});
