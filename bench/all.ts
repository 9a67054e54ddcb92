// Every measurement, one after the other: `make bench`.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const notMeasurements = ['all.ts', 'guest.ts', 'measure.ts'];
let failed = 0;
for (const file of readdirSync(__dirname).sort()) {
  if (!file.endsWith('.ts') || notMeasurements.includes(file)) continue;
  console.log(`\n== ${file}`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', join(__dirname, file)], {
    stdio: 'inherit',
  });
  if (status !== 0) failed++;
}
process.exitCode = failed === 0 ? 0 : 1;
