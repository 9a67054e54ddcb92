import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../lib/cli/commands/run';
import { contextIn, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();

test.each([
  [{ memory: '1' }, "'--memory' is '1'; give a whole number from 2 to 1048576"],
  [{ memory: '64M' }, "'--memory' is '64M'; give a whole number from 2 to 1048576"],
  [{ memory: '64', port: '0' }, "'--port' is '0'; give a whole number from 1 to 65535"],
])('refuses %j as wrong usage', async (options, message) => {
  await expect(run({ file: 'x', args: [], ...options }, contextIn(folder()))).rejects.toMatchObject({
    code: 'usage.number',
    message,
  });
});

test('refuses a file that is not there, and one that cannot boot', async () => {
  const options = { file: 'hello.elf', args: [], memory: '64' };
  await expect(run(options, contextIn(folder()))).rejects.toMatchObject({ code: 'image.missing' });
  await writeFile(join(folder(), 'hello.elf'), 'not a kernel');
  await expect(run(options, contextIn(folder()))).rejects.toMatchObject({
    code: expect.stringMatching(/^image\./),
  });
});
