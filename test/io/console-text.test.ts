import { ConsoleDecoder, sanitizeConsole } from '../../lib/io/console-text';

test('text, tabs and newlines stay as they are', () => {
  expect(sanitizeConsole('hello\tworld\nÄpfel 🔥\n')).toBe('hello\tworld\nÄpfel 🔥\n');
});

test.each([
  ['clearing the screen', '\x1b[2J\x1b[H', '\\x1b[2J\\x1b[H'],
  ['renaming the window', '\x1b]0;owned\x07', '\\x1b]0;owned\\x07'],
  ['an 8-bit control sequence', '\u009b31m', '\\x9b31m'],
  ['backspaces', 'rm -rf\b\b\b', 'rm -rf\\x08\\x08\\x08'],
  ['a turned direction of text', 'user\u202etxt.exe', 'user\\u202etxt.exe'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ['NUL and DEL', '\0\x7f', '\\x00\\x7f'],
])('%s is shown, not done', (_, input, expected) => {
  expect(sanitizeConsole(input)).toBe(expected);
});

test('carriage returns end lines, so nothing overwrites one', () => {
  expect(sanitizeConsole('a\r\nb\rc\r')).toBe('a\nb\nc\n');
});

test('bytes that come in pieces give the same text', () => {
  const bytes = Buffer.from('Grüße\r\n🔥 \x1b[0m\rend\r', 'utf8');
  const decoder = new ConsoleDecoder();
  const pieces = [...bytes].map((byte) => decoder.write(Buffer.from([byte])));
  expect(pieces.join('') + decoder.end()).toBe(sanitizeConsole(bytes.toString('utf8')));
});

test('bytes that are no text become replacement characters', () => {
  const decoder = new ConsoleDecoder();
  expect(decoder.write(Buffer.from([0x41, 0xff, 0x42, 0xc3])) + decoder.end()).toBe('A\ufffdB\ufffd');
});
