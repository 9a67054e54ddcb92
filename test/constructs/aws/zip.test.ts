import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zip } from '../../../constructs/aws/zip';
import { testWith } from '../../helpers/boot-fixture';
import { temporaryFolder } from '../fixtures';

const ENTRIES = [
  { name: 'index.js', content: Buffer.from("'use strict';\n") },
  { name: 'größe/leer.txt', content: Buffer.alloc(0) },
  { name: 'bytes.bin', content: Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 251)) },
];

test('the same files give the same bytes, today and on every other day', () => {
  const sha256 = createHash('sha256').update(zip(ENTRIES)).digest('hex');
  expect(sha256).toBe('de2ddeddf4600994dbb3e603fe00403809ef20c2723fe41640fea4f40b23e17e');
});

testWith('unzip')('another program finds every byte and mode as it was', () => {
  const folder = temporaryFolder();
  const archive = join(folder, 'some.zip');
  writeFileSync(archive, zip(ENTRIES));
  expect(execFileSync('unzip', ['-t', archive], { encoding: 'utf8' })).toContain('No errors detected');
  execFileSync('unzip', ['-q', archive, '-d', folder], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  for (const { name, content } of ENTRIES) {
    expect(readFileSync(join(folder, name)).equals(content)).toBe(true);
    expect(statSync(join(folder, name)).mode & 0o777).toBe(0o644);
  }
});

test('an empty archive is one too', () => {
  expect(zip([])).toEqual(Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]));
});
