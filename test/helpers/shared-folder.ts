import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for all test files of one run; jest calls these before the first and after the last. */
const VARIABLE = 'KILN_TEST_SHARED';

export function sharedFolder(): string {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error(`${VARIABLE} is not set: is 'globalSetup' in jest.config.js?`);
  return folder;
}

export function makeSharedFolder(): void {
  // Workers inherit both: what a library or a killed process leaves among temporary files goes with the folder.
  const folder = mkdtempSync(join(tmpdir(), 'kiln-shared-'));
  process.env[VARIABLE] = folder;
  process.env.TMPDIR = folder;
}

export function removeSharedFolder(): void {
  const folder = sharedFolder();
  rmSync(folder, { recursive: true, force: true });
  // `jest --watch` makes the next one from here.
  process.env.TMPDIR = dirname(folder);
}
