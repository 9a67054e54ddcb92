import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dropStaleLock } from '../../../lib/cli/terraform/lock-file';
import { temporaryFolder } from '../fixtures';

const folder = temporaryFolder();

const entry = (source: string, version: string, hash: string) => `provider "${source}" {
  version     = "${version}"
  constraints = "${version}"
  hashes = [
    "${hash}",
  ]
}
`;
const AWS = entry('registry.terraform.io/hashicorp/aws', '5.0.0', 'h1:aws=');
const HEADER = '# This file is maintained automatically.\n\n';

async function drop(text: string): Promise<string> {
  const path = join(folder(), '.terraform.lock.hcl');
  await writeFile(path, text);
  await dropStaleLock(folder(), 'a.b/c/kiln', '1.0.0', 'h1:now=');
  return readFile(path, 'utf8');
}

test.each([
  ['another build', entry('a.b/c/kiln', '1.0.0', 'h1:before=')],
  ['another version', entry('a.b/c/kiln', '0.9.0', 'h1:now=')],
])('the entry of %s is dropped, and others stay', async (_what, stale) => {
  expect(await drop(`${HEADER}${stale}\n${AWS}`)).toBe(`${HEADER.trimEnd()}\n\n${AWS}`);
  expect(await drop(`${HEADER}${AWS}\n${stale}`)).toBe(`${HEADER}${AWS}`);
});

test('the entry of this build stays', async () => {
  const text = `${HEADER}${entry('a.b/c/kiln', '1.0.0', 'h1:now=')}\n${AWS}`;
  expect(await drop(text)).toBe(text);
});

test('without a lock file nothing is to be dropped', async () => {
  expect(await dropStaleLock(folder(), 'a.b/c/kiln', '1.0.0', 'h1:now=')).toBe(false);
});
