import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for all test files of one run; jest calls these before the first and after the last. */
const VARIABLE = 'KILN_TEST_SHARED';

export function sharedFolder(): string {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error(`${VARIABLE} is not set: is 'globalSetup' in jest.config.js?`);
  return folder;
}

export function makeSharedFolder(): void {
  // Workers inherit it.
  process.env[VARIABLE] = mkdtempSync(join(tmpdir(), 'kiln-shared-'));
}

export function removeSharedFolder(): void {
  rmSync(sharedFolder(), { recursive: true, force: true });
}
