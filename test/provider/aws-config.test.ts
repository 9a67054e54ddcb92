import { UNKNOWN } from '../../lib/plugin';
import { handlers } from '../../lib/plugin/rpc/handlers';
import { Session } from '../../lib/plugin/rpc/session';
import { objectShape } from '../../lib/plugin/schema/schema';
import { encodeValue } from '../../lib/plugin/values/codec';
import { awsConfigOf, providerSchema } from '../../lib/provider/aws-config';

const none = { ec2: null, ebs: null, autoscaling: null, elbv2: null };

test('endpoints are those that are given, each for itself', () => {
  const endpoints = { ...none, autoscaling: 'http://a', elbv2: 'http://b' };
  expect(awsConfigOf({ aws: { region: 'eu-north-1', endpoints } })).toEqual({
    region: 'eu-north-1',
    endpoints: { ec2: undefined, ebs: undefined, autoscaling: 'http://a', elbv2: 'http://b' },
    isKnown: true,
  });
  expect(awsConfigOf({ aws: null })).toMatchObject({ region: undefined, isKnown: true });
});

test.each([
  ['all of it', { aws: UNKNOWN }],
  ['the region', { aws: { region: UNKNOWN, endpoints: null } }],
  ['the endpoints', { aws: { region: 'eu-north-1', endpoints: UNKNOWN } }],
  ['one endpoint', { aws: { region: null, endpoints: { ...none, elbv2: UNKNOWN } } }],
])('%s may be yet to come, and is then not taken for none', (_what, config) => {
  const found = awsConfigOf(config as never);
  expect(found.isKnown).toBe(false);
  expect(Object.values(found.endpoints)).toEqual([undefined, undefined, undefined, undefined]);
});

test.each(['ec2', 'ebs', 'autoscaling', 'elbv2'])('refuses what is no URL for %s', async (name) => {
  const ignore = () => undefined;
  const log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
  const session = new Session({ name: 'kiln', version: '0', schema: providerSchema, resources: {} }, log);
  const config = { aws: { region: null, endpoints: { ...none, [name]: 'localhost' } } };
  const { diagnostics } = await handlers.ValidateProviderConfig(session, {
    config: encodeValue(objectShape(providerSchema.attributes), config),
  });
  expect(diagnostics?.[0]?.summary).toContain(
    "is 'localhost', and must be a URL such as 'https://ec2.eu-central-1.amazonaws.com'",
  );
});
