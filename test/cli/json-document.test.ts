import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommandLine } from '../../lib/cli/program';
import * as images from '../fixtures/images';
import { buildQcow2 } from '../fixtures/qcow2';
import { contextIn, temporaryFolder } from './fixtures';

const folder = temporaryFolder();
const document = readFileSync(join(__dirname, '..', '..', 'docs', 'json.md'), 'utf8');

/** Names of all members, however deep. */
function membersOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(membersOf);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, member]) => [name, ...membersOf(member)]);
}

async function printed(...args: readonly string[]): Promise<Record<string, unknown>> {
  await writeFile(join(folder(), 'web.qcow2'), buildQcow2({ content: images.forgedDisk() }));
  const context = contextIn(folder());
  expect(await runCommandLine([...args, '--json'], context)).toBe(0);
  return JSON.parse(context.host.outText);
}

const COMMANDS = {
  'inspect FILE': ['inspect', 'web.qcow2'],
  'compat FILE': ['compat', 'web.qcow2'],
  compat: ['compat'],
} as const;

test.each(Object.entries(COMMANDS))(
  'docs/json.md names every member that kiln %s prints',
  async (_, args) => {
    const members = [...new Set(membersOf(await printed(...args)))].sort();
    expect(members.length).toBeGreaterThan(10);
    expect(members.filter((name) => !document.includes(`\`${name}\``))).toEqual([]);
  },
);

test('docs/json.md names no member that no command prints', async () => {
  const tables = [...document.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].map(([, names = '']) => names);
  const documented = tables.flatMap((names) => [...names.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
  const printing = await Promise.all(Object.values(COMMANDS).map((args) => printed(...args)));
  expect(documented.length).toBeGreaterThan(30);
  const members = new Set(printing.flatMap(membersOf));
  expect(documented.filter((name) => !members.has(name))).toEqual([]);
});

test('an image is the same for both commands, as far as both say it', async () => {
  const [inspected, judged] = [await printed('inspect', 'web.qcow2'), await printed('compat', 'web.qcow2')];
  const { runsOn, ...shared } = judged;
  expect(typeof runsOn).toBe('string');
  expect(inspected).toMatchObject(shared);
});
