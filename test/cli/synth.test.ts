import { mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readProject } from '../../lib/cli/project';
import { synthesize } from '../../lib/cli/synth';
import { contextIn, plainApp, temporaryFolder, writeProject } from './fixtures';

const folder = temporaryFolder();

async function synth(script: string, settings: object = {}, env: NodeJS.ProcessEnv = {}) {
  await writeProject(folder(), script, settings);
  const context = contextIn(await realpath(folder()), env);
  const stacks = await synthesize(await readProject(context.cwd), context);
  return { stacks, context };
}

test('a real cdktf app is told where to write, and finds the context of cdktf.json', async () => {
  const { stacks } = await synth(
    `const { App, TerraformOutput, TerraformStack } = require('cdktf');
     const app = new App();
     const stack = new TerraformStack(app, 'one');
     new TerraformOutput(stack, 'colour', { value: app.node.tryGetContext('colour') });
     app.synth();`,
    { context: { colour: 'green' }, output: 'out' },
  );
  expect(stacks.map(({ name }) => name)).toEqual(['one']);
  const json = JSON.parse(await readFile(stacks[0]?.file as string, 'utf8'));
  expect(json.output.colour.value).toBe('green');
});

test('what the app prints is shown, apart from the result', async () => {
  const { context } = await synth(`console.log('hi'); console.error('ho');${plainApp({ a: {} })}`);
  expect(context.host.errText).toBe('hi\nho\n');
  expect(context.host.outText).toBe('');
});

test('notes of constructs are shown', async () => {
  const app = `${plainApp({ a: {} })}
    manifest.stacks.a.annotations.push({ constructPath: 'a/web', level: '@cdktf/warn', message: 'careful' });
    writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest));`;
  expect((await synth(app)).context.host.errText).toBe('warning: a/web: careful\n');
});

test('refuses a stack on which a construct left an error', async () => {
  const app = `${plainApp({ a: {} })}
    manifest.stacks.a.annotations.push({ constructPath: 'a/web', level: '@cdktf/error', message: 'no' });
    writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest));`;
  await expect(synth(app)).rejects.toMatchObject({ code: 'synth.refused', message: 'a/web: no' });
});

test("refuses with the app's own error and the user's line, not with its stack", async () => {
  await expect(synth("\nthrow new Error('no good');")).rejects.toMatchObject({
    code: 'synth.failed',
    message: 'no good',
    detail: "app.js:2:7\n\n2  throw new Error('no good');\n         ^",
  });
});

test("refuses with the user's line however deep below it the error was, and whatever caused it", async () => {
  await mkdir(join(folder(), 'lib', 'node_modules'), { recursive: true });
  const deep = `
    const cause = () => { try { null.x } catch (error) { throw new Error('no good', { cause: error }) } };
    module.exports = (depth) => { const down = (n) => (n === 0 ? cause() : down(n - 1)); down(depth) };`;
  await writeFile(join(folder(), 'lib/node_modules/deep.js'), deep);

  await expect(synth("const deep = require('./lib/node_modules/deep');\n\ndeep(40);")).rejects.toMatchObject({
    message: 'no good',
    detail: 'app.js:3:1\n\n3  deep(40);\n   ^',
  });
});

test('the options that the app gets for Node are still there', async () => {
  const env = { NODE_OPTIONS: '--no-warnings' };
  const { context } = await synth(`console.log(process.env.NODE_OPTIONS);${plainApp({ a: {} })}`, {}, env);
  expect(context.host.errText).toMatch(/--no-warnings\n$/);
});

test('refuses with all that was said when the app fails without an error', async () => {
  await expect(synth("console.error('sorry'); process.exit(7)")).rejects.toMatchObject({
    message: "the app 'node app.js' ended with exit code 7",
    detail: 'sorry',
  });
});

test('refuses an app that is not there', async () => {
  await expect(synth('', { app: 'no-such-program' })).rejects.toThrow("cannot start 'no-such-program'");
});

test('an old manifest does not hide that nothing was synthesised', async () => {
  await mkdir(join(folder(), 'cdktf.out'));
  await writeFile(join(folder(), 'cdktf.out/manifest.json'), '{"stacks":{"old":{}}}');
  await expect(synth('')).rejects.toMatchObject({ code: 'synth.no-manifest' });
});

test('an interrupt ends the app', async () => {
  await writeProject(folder(), "console.log('on'); setInterval(() => {}, 1000)");
  const context = contextIn(folder());
  const write = context.host.err.line;
  context.host.err.line = (text) => {
    write(text);
    context.interrupts.notify();
  };
  await expect(synthesize(await readProject(folder()), context)).rejects.toMatchObject({
    code: 'cli.interrupted',
  });
});
