import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { init } from '../../../lib/cli/commands/init';
import { kilnDependency } from '../../../lib/cli/kiln-dependency';
import { runProgram } from '../../../lib/io/processes';
import { version } from '../../../package.json';
import { contextIn, temporaryFolder } from '../fixtures';

const folder = temporaryFolder();
const ROOT = join(__dirname, '../../..');

test('a new project has what it needs, and the way on is printed', async () => {
  const context = contextIn(folder());
  expect(await init({ folder: 'My Shop' }, context)).toBe(0);
  const project = join(folder(), 'My Shop');
  expect((await readdir(project)).sort()).toEqual([
    '.gitignore',
    '.npmrc',
    'README.md',
    'cdktf.json',
    'main.ts',
    'package.json',
    'tsconfig.json',
    'unikernel',
  ]);
  expect(JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))).toMatchObject({
    name: 'my-shop',
  });
  expect(await readFile(join(project, 'main.ts'), 'utf8')).toContain("new LocalStack(app, 'my-shop')");
  expect(existsSync(join(project, 'unikernel/Makefile'))).toBe(true);
  expect(existsSync(join(project, 'unikernel/build'))).toBe(false);
  expect(context.host.outText).toContain("cd 'My Shop'\n  npm install\n  npm run deploy");
});

test('what it makes compiles against the constructs that it is made for', async () => {
  await init({}, contextIn(folder()));
  const paths = {
    'kiln-cdk': [join(ROOT, 'constructs/index.ts')],
    'kiln-cdk/stacks': [join(ROOT, 'stacks/index.ts')],
  };
  const tsconfig = JSON.parse(await readFile(join(folder(), 'tsconfig.json'), 'utf8'));
  Object.assign(tsconfig.compilerOptions, { paths, resolveJsonModule: true, esModuleInterop: true });
  await writeFile(join(folder(), 'tsconfig.json'), JSON.stringify(tsconfig));
  await symlink(join(ROOT, 'node_modules'), join(folder(), 'node_modules'));
  const tsc = await runProgram(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc')], {
    cwd: folder(),
  });
  expect(tsc.stdout).toBe('');
});

test('a folder that only git has touched is empty', async () => {
  await mkdir(join(folder(), '.git'));
  expect(await init({}, contextIn(folder()))).toBe(0);
});

test('refuses a folder with something in it, and names it', async () => {
  await writeFile(join(folder(), 'notes.txt'), '');
  await expect(init({}, contextIn(folder()))).rejects.toMatchObject({
    code: 'init.not-empty',
    message: `'${folder()}' is not empty: it has notes.txt`,
  });
  await expect(init({ folder: 'notes.txt' }, contextIn(folder()))).rejects.toThrow(
    'is a file; a project needs a folder',
  );
});

describe('the Kiln that it depends on', () => {
  const installed = async (resolved: string) => {
    const modules = join(folder(), 'node_modules');
    await mkdir(join(modules, 'kiln-cdk'), { recursive: true });
    const lock = { packages: { 'node_modules/kiln-cdk': { version, resolved } } };
    await writeFile(join(modules, '.package-lock.json'), JSON.stringify(lock));
    return kilnDependency(join(modules, 'kiln-cdk'), join(folder(), 'project'));
  };

  test('is a version range where it came from a registry', async () => {
    expect(await installed('https://registry.example/kiln-cdk.tgz')).toEqual({
      spec: `^${version}`,
      isCheckout: false,
    });
  });

  test('is the tarball that it came from', async () => {
    expect(await installed('file:pack/kiln.tgz')).toEqual({
      spec: 'file:../pack/kiln.tgz',
      isCheckout: false,
    });
  });

  test('is the checkout that it runs from', async () => {
    const project = join(folder(), 'examples/new');
    expect(await kilnDependency(folder(), project)).toEqual({ spec: 'file:../..', isCheckout: true });
    expect(await kilnDependency('/src/kiln', '/home/me/projects/new')).toEqual({
      spec: 'file:/src/kiln',
      isCheckout: true,
    });
  });
});
