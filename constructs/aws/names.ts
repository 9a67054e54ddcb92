import { createHash } from 'node:crypto';

const HASH_LENGTH = 8;

/** AWS keeps names of balancers that begin with the one, and of security groups that begin with the other, to itself. */
const KEPT = /^(internal|sg)-/i;

/**
 * A name for AWS of at most `max` letters, digits and hyphens: the words, joined. Where that is no such name, what is
 * left of it and a hash over the whole.
 * @param content what else makes it another name, even where the words alone would do. @default - nothing
 */
export function awsName(words: readonly string[], max: number, content?: string): string {
  const joined = words.join('-');
  const allowed = joined.replace(/[^A-Za-z0-9-]+/g, '-').replace(/^-+|-+$/g, '');
  const plain = KEPT.test(allowed) ? `kiln-${allowed}` : allowed;
  if (allowed !== '' && allowed === joined && content === undefined && plain.length <= max) return plain;
  const hash = createHash('sha256')
    .update(JSON.stringify([words, content ?? null]))
    .digest('hex')
    .slice(0, HASH_LENGTH);
  const room = max - HASH_LENGTH - 1;
  return `${plain.slice(0, room).replace(/-+$/, '')}-${hash}`.replace(/^-/, '');
}
