import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readProject } from '../../lib/cli/project';
import { temporaryFolder } from './fixtures';

const folder = temporaryFolder();
const write = (content: object) => writeFile(join(folder(), 'cdktf.json'), JSON.stringify(content));

test('what cdktf-cli reads is read, and what only it reads is left alone', async () => {
  await write({
    app: ' node app.js ',
    language: 'typescript',
    context: { a: [1] },
    terraformProviders: ['aws@~> 5.0'],
  });
  expect(await readProject(folder())).toEqual({
    root: folder(),
    app: 'node app.js',
    output: join(folder(), 'cdktf.out'),
    context: { a: [1] },
    terraform: undefined,
  });
});

test('output folder and Terraform can be chosen', async () => {
  await write({ app: 'x', output: 'out', kiln: { terraform: 'tofu' } });
  expect(await readProject(folder())).toMatchObject({ output: join(folder(), 'out'), terraform: 'tofu' });
});

test('refuses a folder without cdktf.json, and says how to get one', async () => {
  await expect(readProject(folder())).rejects.toMatchObject({
    code: 'project.missing',
    message: `there is no cdktf.json in '${folder()}'`,
    remedy: expect.stringContaining('kiln init'),
  });
});

test("refuses a cdktf.json without 'app'", async () => {
  await write({ language: 'typescript' });
  await expect(readProject(folder())).rejects.toThrow(
    "cdktf.json has no 'app', the command that runs your code",
  );
});

test('refuses values of the wrong kind, and names them all', async () => {
  await write({ app: '', kiln: { terafrom: 'tofu' } });
  await expect(readProject(folder())).rejects.toThrow(
    /^cdktf\.json is invalid: 'app' must not be empty; 'kiln\.terafrom'/,
  );
});
