import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAppCommand, withoutNpx } from '../../lib/cli/app-command';
import { temporaryFolder } from './fixtures';

test.each([
  ['npx tsx main.ts', 'npx', ['tsx', 'main.ts'], {}],
  ['node "my app.js" --x=\'a b\'', 'node', ['my app.js', '--x=a b'], {}],
  ['A=1 B= node app.js C=3', 'node', ['app.js', 'C=3'], { A: '1', B: '' }],
  ['$RUNNER main.ts', 'deno', ['main.ts'], {}],
])('%s is split as a shell would', (app, command, args, env) => {
  expect(parseAppCommand(app, { RUNNER: 'deno' })).toEqual({ command, args, env });
});

test.each([
  ['npm run build && node app.js', "'&&'"],
  ['node app.js | cat', "'|'"],
  ['node app.js > log', "'>'"],
  ['node *.js', 'a file name pattern'],
  ['node app.js # comment', "'#'"],
])('refuses what needs a shell: %s', (app, what) => {
  expect(() => parseAppCommand(app, {})).toThrow(
    `'app' in cdktf.json is '${app}', but ${what} needs a shell and Kiln runs it without one`,
  );
});

test('refuses a line that names no program', () => {
  expect(() => parseAppCommand('A=1', {})).toThrow("'app' in cdktf.json is 'A=1', which names no program");
});

describe('npx', () => {
  const folder = temporaryFolder();
  const npx = (...args: string[]) => ({ command: 'npx', args, env: {} });

  beforeEach(async () => {
    await mkdir(join(folder(), 'node_modules/.bin'), { recursive: true });
    await mkdir(join(folder(), 'packages/app'), { recursive: true });
    await symlink(process.execPath, join(folder(), 'node_modules/.bin/tool'));
  });

  test('is left out where the project, or one above it, has the tool', async () => {
    expect(await withoutNpx(npx('tool', 'main.ts'), join(folder(), 'packages/app'))).toEqual({
      command: join(folder(), 'node_modules/.bin/tool'),
      args: ['main.ts'],
      env: {},
    });
  });

  test.each([[['other-tool']], [['--yes', 'tool']], [['tool@2']]])('does its work for %j', async (args) => {
    expect(await withoutNpx(npx(...args), folder())).toEqual(npx(...args));
  });
});
