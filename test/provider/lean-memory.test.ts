import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(__dirname, '../..');

/** How large the space for new things has grown, in MiB, after much was made and dropped. */
async function grownTo(before: string): Promise<number> {
  const script = `
    ${before}
    const kept = [];
    for (let i = 0; i < 2_000_000; i++) kept[i % 50_000] = { i, list: [i] };
    const space = require('node:v8').getHeapSpaceStatistics().find((one) => one.space_name === 'new_space');
    console.log(space.space_size / 2 ** 20);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: ROOT,
  });
  return Number(stdout);
}

test('the space for new things does not grow once memory is to be lean', async () => {
  const lean = await grownTo("require('./lib/provider/lean-memory').keepMemoryLean();");
  const usual = await grownTo('');
  expect(lean).toBeLessThan(usual);
});
