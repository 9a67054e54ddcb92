import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderSystemsDocument } from '../lib/systems/docs/render-systems';

// Writes docs/systems.md from the data in lib/systems: `npx tsx scripts/systems-docs.ts`.
writeFileSync(join(__dirname, '..', 'docs', 'systems.md'), renderSystemsDocument());
