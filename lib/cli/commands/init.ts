import { cp, mkdir, readdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { errnoOf, KilnError } from '../../errors';
import { writeFileAtomic } from '../../io/files';
import { type CommandContext, ExitCode } from '../context';
import { kilnDependency } from '../kiln-dependency';
import { packageRoot } from '../package-root';
import { templateFiles, UNIKERNEL_FOLDER } from '../template';

export interface InitOptions {
  /** Where to. @default - the working folder */
  readonly folder?: string | undefined;
}

/** `kiln init`: a new project that runs, and what to type next. */
export async function init(options: InitOptions, context: CommandContext): Promise<number> {
  const { host, cwd } = context;
  const folder = resolve(cwd, options.folder ?? '.');
  await assertEmpty(folder);
  const root = packageRoot();
  const name = projectName(folder);
  const kiln = await kilnDependency(root, folder);
  await mkdir(folder, { recursive: true });
  await copyUnikernel(root, join(folder, UNIKERNEL_FOLDER));
  const files = templateFiles({ name, kiln: kiln.spec, installLinks: kiln.isCheckout });
  for (const [path, text] of files) await writeFileAtomic(join(folder, path), text, { mode: 0o644 });
  const { style } = host.out;
  const there = relative(cwd, folder);
  host.out.line(`${style.green('✓')} ${style.bold(name)}: one service, and the unikernel that it runs\n`);
  const steps: [string, string][] = [
    ...(there ? [[`cd ${/\s/.test(there) ? `'${there}'` : there}`, ''] as [string, string]] : []),
    ['npm install', ''],
    ['npm run deploy', 'builds the unikernel with gcc, shows the plan, asks, deploys'],
  ];
  for (const [command, what] of steps) {
    host.out.line(`  ${style.cyan(command.padEnd(15))} ${style.dim(what)}`.trimEnd());
  }
  host.out.line(`\n${style.bold('npx kiln doctor')} says what is missing on this machine.`);
  return ExitCode.OK;
}

/** @throws KilnError `init.not-empty`, `init.not-a-folder` */
async function assertEmpty(folder: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(folder);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    if (errnoOf(error) !== 'ENOTDIR') throw error;
    throw new KilnError(`'${folder}' is a file; a project needs a folder`, { code: 'init.not-a-folder' });
  }
  const others = entries.filter((entry) => entry !== '.git');
  if (others.length === 0) return;
  const shown = others.slice(0, 3).join(', ') + (others.length > 3 ? ' and more' : '');
  throw new KilnError(`'${folder}' is not empty: it has ${shown}`, {
    code: 'init.not-empty',
    remedy: 'Name a new folder: kiln init my-project',
  });
}

/** A name that fits a stack, which becomes the first part of its services' names. */
function projectName(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 20)
    .replace(/-+$/, '');
  return name || 'app';
}

async function copyUnikernel(root: string, to: string): Promise<void> {
  const from = join(root, 'examples', 'hello-unikernel');
  try {
    await cp(from, to, {
      recursive: true,
      filter: (path) => basename(path) !== 'build' || dirname(path) !== from,
    });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new KilnError(`the sources of the example unikernel are not there: '${from}'`, {
      code: 'init.no-unikernel',
      source: 'tool',
      remedy: 'Install the package again.',
      cause: error,
    });
  }
}
