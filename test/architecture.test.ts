import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';
import ts from 'typescript';
import { dependencies, peerDependencies } from '../package.json';

/** Who may import whom: rooms, folders within rooms, or single files. Every room may import itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  'lib/errors': [],
  'lib/units': ['lib/errors'],
  'lib/spec': ['lib/units', 'lib/errors'],
  'lib/systems': ['lib/units', 'lib/errors'],
  'lib/rollout': ['lib/spec', 'lib/units', 'lib/errors'],
  'lib/image': ['lib/systems', 'lib/io', 'lib/units', 'lib/errors'],
  'lib/io': ['lib/errors'],
  'lib/plugin': ['lib/io', 'lib/errors'],
  'lib/git': ['lib/io', 'lib/errors'],
  'lib/plan': ['lib/rollout', 'lib/spec', 'lib/io', 'lib/units', 'lib/errors'],
  'lib/clouds': ['lib/rollout', 'lib/spec', 'lib/io', 'lib/units', 'lib/errors'],
  'lib/runtime': ['lib/image', 'lib/rollout', 'lib/spec', 'lib/io', 'lib/units', 'lib/errors'],
  'lib/provider': [
    'lib/plugin',
    'lib/clouds',
    'lib/image',
    'lib/runtime/client',
    // The provider's file is the daemon's as well; only its main file comes here.
    'lib/runtime/main',
    'lib/spec',
    'lib/io',
    'lib/units',
    'lib/errors',
  ],
  'lib/cli': [
    'lib/plan',
    // Images of an account are listed and pruned without Terraform.
    'lib/clouds/aws',
    'lib/git',
    'lib/runtime/client',
    'lib/runtime/paths',
    'lib/runtime/boot',
    // What `kiln doctor` looks at is what the runtime will use.
    'lib/runtime/qemu',
    'lib/runtime/acceleration',
    'lib/runtime/home',
    'lib/image',
    'lib/io',
    'lib/spec',
    'lib/units',
    'lib/systems',
    'lib/errors',
  ],
  constructs: ['lib/spec', 'lib/units', 'lib/rollout', 'lib/systems', 'lib/image', 'lib/git', 'lib/errors'],
  stacks: ['constructs'],
  examples: [],
};

/** Folders that are siblings by design: one cloud's user installs nothing of another's. */
const STRANGERS = [
  ['constructs/aws', 'constructs/google', 'constructs/local'],
  ['lib/clouds/aws', 'lib/clouds/google'],
];

/** The rooms that an outside package may enter by. Tests, measurements and scripts use what they need. */
const DOORS: readonly (readonly [packages: RegExp, rooms: readonly string[]])[] = [
  [/^(cdktf|constructs|@cdktf\/.*)$/, ['constructs', 'stacks', 'examples']],
  [/^@aws-sdk\//, ['lib/clouds/aws']],
  [/^@google-cloud\//, ['lib/clouds/google']],
  [/^(@grpc\/.*|@connectrpc\/.*|@bufbuild\/.*|@msgpack\/.*|msgpackr)$/, ['lib/plugin']],
  [/^kiln-cdk(\/(stacks|aws|testing))?$/, ['examples']],
];

const FREE = ['test', 'bench', 'scripts'];
const SKIPPED = ['node_modules', 'cdktf.out', 'build'];
const MAX_LINES = 400;
const ROOT = join(__dirname, '..');

interface Source {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly text: string;
  /** Repository paths without extension, such as `lib/units`. */
  readonly local: readonly string[];
  /** Names of packages, with subpaths; not Node's own. */
  readonly packages: readonly string[];
}

const sources = [...Object.keys(ROOMS).map((room) => room.split('/')[0] as string), ...FREE]
  .filter((folder, index, all) => all.indexOf(folder) === index)
  .flatMap((folder) => typescriptFiles(join(ROOT, folder)))
  .map(read);

test('every room imports only what its line of the table names', () => {
  const faults = sources.flatMap((source) => {
    const room = roomOf(source.path);
    if (room === undefined) return [];
    const allowed = [room, ...(ROOMS[room] ?? []), 'package.json'];
    return source.local
      .filter((target) => !allowed.some((place) => isWithin(target, place)))
      .map((target) => `${source.path} imports ${target}`);
  });
  expect(faults).toEqual([]);
});

test('imports are found in sources', () => {
  const index = sources.find(({ path }) => path === 'stacks/local-stack.ts');
  expect(index).toMatchObject({ packages: ['cdktf', 'constructs'] });
  expect(index?.local).toContain('constructs/local/platform');
});

test('every source file is in a room of the table', () => {
  const strays = sources.filter(
    ({ path }) => roomOf(path) === undefined && !FREE.some((room) => isWithin(path, room)),
  );
  expect(strays.map(({ path }) => path)).toEqual([]);
});

test('platforms and clouds never import each other', () => {
  const faults = sources.flatMap(({ path, local }) =>
    STRANGERS.flatMap((folders) => {
      const own = folders.find((folder) => isWithin(path, folder));
      if (own === undefined) return [];
      const others = folders.filter((folder) => folder !== own);
      return local
        .filter((target) => others.some((folder) => isWithin(target, folder)))
        .map((target) => `${path} imports ${target}`);
    }),
  );
  expect(faults).toEqual([]);
});

test('every outside package comes in by its own door', () => {
  const faults = sources.flatMap(({ path, packages }) =>
    packages
      .filter((name) => {
        const door = DOORS.find(([pattern]) => pattern.test(name));
        return door && ![...door[1], ...FREE].some((place) => isWithin(path, place));
      })
      .map((name) => `${path} imports ${name}`),
  );
  expect(faults).toEqual([]);
});

test('what users import needs no package that is not installed with it', () => {
  const installed = [...Object.keys(dependencies), ...Object.keys(peerDependencies), 'kiln-cdk/package.json'];
  const entries = ['constructs/index', 'constructs/testing/index', 'stacks/index', 'stacks/aws'];
  const faults = reachableFrom(entries).flatMap(({ path, packages }) =>
    packages
      .filter((name) => !installed.some((one) => isWithin(name, one)))
      .map((name) => `${path} imports ${name}`),
  );
  expect(faults).toEqual([]);
});

test('only a main file ends the process', () => {
  const faults = sources.filter(
    ({ path, text }) => path.startsWith('lib/') && /\bprocess\.exit\(/.test(text),
  );
  expect(faults.map(({ path }) => path).filter((path) => posix.basename(path) !== 'main.ts')).toEqual([]);
});

test(`no file has more than ${MAX_LINES} lines`, () => {
  const long = sources.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
  expect(long.filter(({ lines }) => lines > MAX_LINES)).toEqual([]);
});

test('file names are in kebab-case', () => {
  const names = sources
    .map(({ path }) => path)
    .filter((path) => !/^([a-z0-9-]+\/)*[a-z0-9-]+(\.test)?\.ts$/.test(path));
  expect(names).toEqual([]);
});

/** The longest name of a room that the path lies in. */
function roomOf(path: string): string | undefined {
  return Object.keys(ROOMS)
    .filter((room) => isWithin(path, room))
    .sort((a, b) => b.length - a.length)[0];
}

function isWithin(path: string, place: string): boolean {
  return path === place || path === `${place}.ts` || path.startsWith(`${place}/`);
}

function reachableFrom(entries: readonly string[]): Source[] {
  const found = new Map<string, Source>();
  const visit = (module: string) => {
    const source = sources.find(({ path }) => path === `${module}.ts` || path === `${module}/index.ts`);
    if (!source || found.has(source.path)) return;
    found.set(source.path, source);
    source.local.forEach(visit);
  };
  entries.forEach(visit);
  return [...found.values()];
}

function read(file: string): Source {
  const path = relative(ROOT, file).split('\\').join('/');
  const text = readFileSync(file, 'utf8');
  const imports = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  return {
    path,
    text,
    local: imports
      .filter((name) => name.startsWith('.'))
      .map((name) => posix.normalize(posix.join(posix.dirname(path), name))),
    packages: imports.filter((name) => !name.startsWith('.') && !name.startsWith('node:')),
  };
}

function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.includes(entry.name) ? [] : typescriptFiles(path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
