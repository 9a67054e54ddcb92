import { renderImages } from '../../../lib/cli/images/render';
import type { SurveyedImage } from '../../../lib/clouds/aws';
import { styleFor } from '../../../lib/io/host';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function surveyed(because: readonly string[]): SurveyedImage {
  const image = {
    id: 'ami-1',
    service: 'shop/web',
    digest: `sha256:${'a1'.repeat(32)}`,
    commit: 'c0ffee'.repeat(7),
  };
  return { image, verdict: 'in-use', because } as unknown as SurveyedImage;
}

const lastOf = (because: readonly string[]) =>
  renderImages([surveyed(because)], 'eu-central-1', styleFor(false), NOW).at(-1);

test('an image is said with its digest, its commit and why it stays', () => {
  expect(lastOf(['in service', 'used by the instance i-1'])).toMatch(
    /^ {2}ami-1 +a1a1a1a1a1a1 {2}c0ffeec0 {2}in use +in service; used by the instance i-1$/,
  );
});

test('of many reasons two are said, and how many there are more', () => {
  const because = ['in service', ...[1, 2, 3, 4].map((n) => `used by the instance i-${n}`)];
  expect(lastOf(because)).toMatch(/in service; used by the instance i-1; and 3 more$/);
  expect(lastOf(because.slice(0, 3))).toMatch(
    /in service; used by the instance i-1; used by the instance i-2$/,
  );
});
