/** Those that steer a terminal (also by 8 bits), or turn the direction of text or break its lines, so that it looks like another. */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const STEERING_IN_LINES = new RegExp(`(?![\\n\\t])${STEERING.source}`, STEERING.flags);

/** Text of others, as out of an image, with such characters made visible (`\x1b`, `\u202e`), line ends too. */
export function printable(text: string): string {
  return text.replace(STEERING, escaped);
}

/** The same for a text that has lines of its own, and tabs. */
export function printableLines(text: string): string {
  return text.replace(STEERING_IN_LINES, escaped);
}

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}
