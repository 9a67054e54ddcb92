import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderPlace, tryReadAppError } from '../../lib/cli/app-error';
import { runProgram } from '../../lib/io/processes';
import { temporaryFolder } from './fixtures';

const folder = temporaryFolder();

/** What Node really writes when a program in `folder` fails. */
async function errorOf(script: string, name = 'app.js') {
  await writeFile(join(folder(), name), script);
  const { stderr } = await runProgram(process.execPath, [name], { cwd: folder() });
  return tryReadAppError(stderr, await realpath(folder()));
}

test('the message and the line that threw are found', async () => {
  const error = await errorOf("const a = 1;\n\nthrow new TypeError('no good');\n");
  expect(error).toEqual({
    name: 'TypeError',
    message: 'no good',
    remedy: undefined,
    place: { file: 'app.js', line: 3, column: 7, text: "throw new TypeError('no good');" },
  });
});

test('an error of Kiln points at the line of the user, not into the library, and keeps its remedy', async () => {
  await mkdir(join(folder(), 'node_modules/lib'), { recursive: true });
  await writeFile(
    join(folder(), 'node_modules/lib/index.js'),
    `class KilnError extends Error { name = 'KilnError'; code = 'x.y'; remedy = "don't do it"; }
     exports.service = () => { throw new KilnError("'port' is 0; give a port from 1"); };`,
  );
  const error = await errorOf("const lib = require('lib');\nlib.service();\n");
  expect(error).toMatchObject({
    name: 'KilnError',
    message: "'port' is 0; give a port from 1",
    remedy: "don't do it",
    place: { file: 'app.js', line: 2, text: 'lib.service();' },
  });
});

test('a message of several lines is whole', async () => {
  expect(await errorOf("throw new Error('one\\n  two\\nthree')")).toMatchObject({
    message: 'one\n  two\nthree',
  });
});

test('an error in a module is found too', async () => {
  expect(await errorOf("export const a = 1;\nthrow new Error('in a module');", 'app.mjs')).toMatchObject({
    message: 'in a module',
    place: { file: 'app.mjs', line: 2 },
  });
});

test('a program that fails without an error has none', async () => {
  expect(await errorOf("console.error('that is all'); process.exit(1)")).toBeUndefined();
});

test('the place is shown with its line, and a mark under the column also after tabs', () => {
  const place = { file: 'main.ts', line: 12, column: 3, text: '\t\tboom()' };
  expect(renderPlace(place)).toBe('main.ts:12:3\n\n12  \t\tboom()\n    \t\t^');
  expect(renderPlace({ ...place, text: undefined })).toBe('main.ts:12:3');
});
