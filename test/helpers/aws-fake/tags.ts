/** Longest values (EBS API, Tag; EC2 API, Tag). */
const LONGEST = { ebs: 255, ec2: 256 } as const;

/** What a tag may not be. */
export function findBadTag(
  service: keyof typeof LONGEST,
  tags: readonly (readonly [key: unknown, value: unknown])[],
): string | undefined {
  const longest = LONGEST[service];
  if (tags.length > 50) return `More than 50 tags: ${tags.length}`;
  const keys = tags.map(([key]) => key);
  if (new Set(keys).size < keys.length) return 'Duplicate tag keys';
  for (const [key, value] of tags) {
    if (typeof key !== 'string' || key.length < 1 || key.length > 127)
      return `Tag key is not 1 to 127 characters: ${key}`;
    if (typeof value !== 'string' || value.length > longest)
      return `Tag value exceeds ${longest} characters, at key ${key}`;
    if (key.toLowerCase().startsWith('aws:')) return `Tag keys starting with 'aws:' are reserved: ${key}`;
  }
  return undefined;
}
