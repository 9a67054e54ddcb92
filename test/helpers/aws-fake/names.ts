/** Words between spaces and ends of lines. */
export function names(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean);
}

/** Names of members, each with that of its structure before it. */
export function below(structure: string, text: string): readonly string[] {
  return names(text).map((name) => `${structure}.${name}`);
}
