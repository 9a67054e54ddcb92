import { ref } from './network-fixtures';
import { addService, awsStack, resource } from './service-fixtures';

const TEMPLATE = 'aws_launch_template';

function template(props: Parameters<typeof awsStack>[0] = {}) {
  const stack = awsStack(props);
  addService(stack);
  return resource(stack, TEMPLATE);
}

test("starts the service's AMI, from a disk of its size", () => {
  expect(template()).toMatchObject({
    name_prefix: 'shop-web-',
    image_id: ref('kiln_ami.web.id'),
    instance_type: 't3.nano',
    block_device_mappings: [
      {
        device_name: '/dev/xvda',
        ebs: {
          volume_type: 'gp3',
          volume_size: ref('kiln_ami.web.size_gib'),
          encrypted: 'true',
          delete_on_termination: 'true',
        },
      },
    ],
  });
});

test('instances answer metadata requests of version 2 only, and to themselves', () => {
  expect(template().metadata_options).toEqual({
    http_endpoint: 'enabled',
    http_tokens: 'required',
    http_put_response_hop_limit: 1,
    instance_metadata_tags: 'disabled',
  });
});

test("instances have the service's firewall, no public address and no key pair", () => {
  const { network_interfaces, key_name } = template();
  expect(network_interfaces).toEqual([
    {
      device_index: 0,
      associate_public_ip_address: 'false',
      delete_on_termination: 'true',
      security_groups: [ref('aws_security_group.web.id')],
    },
  ]);
  expect(key_name).toBeUndefined();
});

test('an instance that switches itself off is gone', () => {
  expect(template().instance_initiated_shutdown_behavior).toBe('terminate');
});

test('the newest version is the default, so that an earlier one can go with its image', () => {
  expect(template().update_default_version).toBe(true);
});

test('instances and volumes say what they are, and of which commit, which is that of the image', () => {
  const stack = awsStack({ tags: { team: 'web' } });
  addService(stack);
  const digest = resource(stack, 'kiln_ami').image.digest;
  const tags = {
    Name: 'shop-web',
    team: 'web',
    'kiln:stack': 'shop',
    'kiln:service': 'shop/web',
    'kiln:digest': digest,
    'kiln:commit': ref('coalesce(kiln_ami.web.source_commit, "none")'),
  };
  expect(resource(stack, TEMPLATE).tag_specifications).toEqual([
    { resource_type: 'instance', tags },
    { resource_type: 'volume', tags },
  ]);
});

test('the digest in the tags is that of the image with all of its connections', () => {
  const stack = awsStack();
  const web = addService(stack);
  const before = resource(stack, 'kiln_ami').image.digest;
  web.connections.allowTo(addService(stack, 'api', { port: 9000 }));
  const { digest, boot_args } = resource(stack, 'kiln_ami').image;
  expect(boot_args).toEqual(['--api=10.0.240.4:9000']);
  expect(digest).not.toBe(before);
  expect(resource(stack, TEMPLATE).tag_specifications[0].tags['kiln:digest']).toBe(digest);
});

test('metrics of each minute are asked for', () => {
  expect(template().monitoring).toEqual({ enabled: false });
  expect(template({ detailedMonitoring: true }).monitoring).toEqual({ enabled: true });
});
