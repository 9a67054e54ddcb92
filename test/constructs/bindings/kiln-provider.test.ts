import { version } from '../../../package.json';
import { localStack, synth } from '../fixtures';

test('the provider is pinned to exactly the version of this package', () => {
  expect(synth(localStack()).terraform).toEqual({
    required_providers: { kiln: { source: 'kiln.internal/kiln-cdk/kiln', version } },
  });
});

test('the provider needs no configuration', () => {
  expect(synth(localStack()).provider).toEqual({ kiln: [{}] });
});
