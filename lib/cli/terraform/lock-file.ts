import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readFileIfAny, writeFileAtomic } from '../../io/files';

/**
 * The `h1:` hash that Terraform puts into its lock file for a provider's folder: SHA-256 over one line per file, in order
 * of names, of the file's own SHA-256 and its name. Source: golang.org/x/mod/sumdb/dirhash, Hash1.
 */
export function folderHash(files: ReadonlyMap<string, Buffer>): string {
  const lines = [...files]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, bytes]) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`);
  return `h1:${createHash('sha256').update(lines.join('')).digest('base64')}`;
}

/**
 * Removes a provider's entry from a stack's `.terraform.lock.hcl`, unless it has this version and hash: Terraform
 * refuses another build of the same version, which is what every change to a provider in development is.
 * @returns true when there was such an entry
 */
export async function dropStaleLock(
  stackFolder: string,
  source: string,
  version: string,
  hash: string,
): Promise<boolean> {
  const path = join(stackFolder, LOCK_FILE);
  const text = (await readFileIfAny(path))?.toString('utf8');
  if (text === undefined) return false;
  const kept = withoutStaleEntry(text, source, version, hash);
  if (kept === text) return false;
  await writeFileAtomic(path, kept, { mode: 0o644 });
  return true;
}

export const LOCK_FILE = '.terraform.lock.hcl';

function withoutStaleEntry(text: string, source: string, version: string, hash: string): string {
  const start = text.indexOf(`provider "${source}" {`);
  // Terraform formats the file itself: an entry ends at the first brace that begins a line.
  const end = text.indexOf('\n}', start);
  if (start < 0 || end < 0) return text;
  const entry = text.slice(start, end);
  const isCurrent = entry.includes(`"${hash}"`) && /version\s*=\s*"(.*)"/.exec(entry)?.[1] === version;
  if (isCurrent) return text;
  const kept = [text.slice(0, start), text.slice(end + 2)].map((part) => part.trim());
  return `${kept.filter(Boolean).join('\n\n')}\n`;
}
