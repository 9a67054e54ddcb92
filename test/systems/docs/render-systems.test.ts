import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderSystemsDocument } from '../../../lib/systems/docs/render-systems';

test('docs/systems.md is what the data says; npx tsx scripts/systems-docs.ts writes it anew', () => {
  const written = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'systems.md'), 'utf8');
  expect(written).toBe(renderSystemsDocument());
});
