/** Words between spaces and ends of lines. */
export function names(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean);
}
