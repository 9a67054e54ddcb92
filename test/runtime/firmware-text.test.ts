import { FirmwareText } from '../../lib/runtime/firmware-text';
import fc from '../helpers/property';

function through(pieces: readonly string[]): string {
  const text = new FirmwareText();
  return pieces.map((piece) => text.write(piece)).join('') + text.end();
}

const OUTPUT =
  'a\\x1b[2J\\x1b[01;01H\\x1b[=3hBdsDxe: loading\n\\x1b[0m\\x1b[37m\\x1b[40mhello \\ \\x1c C:\\x';

test('what a terminal would do is left out, what it would show stays', () => {
  expect(through([OUTPUT])).toBe('aBdsDxe: loading\nhello \\ \\x1c C:\\x');
});

test('text that comes in pieces gives the same', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(OUTPUT.length)), (cuts) => {
      const ends = [...cuts, OUTPUT.length].sort((a, b) => a - b);
      const pieces = ends.map((end, index) => OUTPUT.slice(ends[index - 1] ?? 0, end));
      expect(through(pieces)).toBe(through([OUTPUT]));
    }),
  );
});
