import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pruneStaged } from '../../lib/image';

const HOUR = 60 * 60 * 1000;
const now = new Date();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kiln-staged-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A staged file that a synth needed last so long ago. */
function staged(digit: string, ageMs: number, ending = 'elf'): string {
  const name = `${digit.repeat(64)}.${ending}`;
  age(name, ageMs);
  return name;
}

function age(name: string, ageMs: number): void {
  writeFileSync(join(folder, name), 'bytes', { mode: 0o444 });
  const then = new Date(now.getTime() - ageMs);
  utimesSync(join(folder, name), then, then);
}

test('what no synth has needed for a day goes, of every kind, with what a killed synth left', () => {
  staged('a', 25 * HOUR);
  staged('b', 25 * HOUR, 'raw');
  staged('c', 25 * HOUR, 'initrd');
  age('.0123456789ab.tmp', 25 * HOUR);
  const recent = staged('d', 23 * HOUR);

  pruneStaged(folder, [], now);

  expect(readdirSync(folder)).toEqual([recent]);
});

test('what is needed stays however old it is, and counts as needed for another day', () => {
  const old = staged('a', 1000 * HOUR);

  pruneStaged(folder, [old], now);
  pruneStaged(folder, [], new Date(now.getTime() + 23 * HOUR));
  expect(readdirSync(folder)).toEqual([old]);

  pruneStaged(folder, [], new Date(now.getTime() + 25 * HOUR));
  expect(readdirSync(folder)).toEqual([]);
});

test('what was not staged stays', () => {
  age('notes.txt', 1000 * HOUR);
  mkdirSync(join(folder, 'mine'));

  pruneStaged(folder, ['gone.elf'], now);
  pruneStaged(join(folder, 'nowhere'), [], now);

  expect(readdirSync(folder).sort()).toEqual(['mine', 'notes.txt']);
});
