import { printable, printableLines } from '../../lib/io/printable';

const text = 'a\x1b[2J\u009b\u202eb\u2028\tc\nd';

test('what steers a terminal becomes visible', () => {
  expect(printable(text)).toBe('a\\x1b[2J\\x9b\\u202eb\\u2028\\x09c\\x0ad');
});

test('a text of several lines keeps them, and its tabs', () => {
  expect(printableLines(text)).toBe('a\\x1b[2J\\x9b\\u202eb\\u2028\tc\nd');
});
