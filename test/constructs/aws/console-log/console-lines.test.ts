import fc from '../../../helpers/property';

const { newLines, readLines } = require('../../../../constructs/aws/console-log/console-lines.js') as {
  newLines(lines: readonly string[], known: string): string[];
  readLines(output: string, complete: boolean): string[];
};

const known = (...lines: string[]) => lines.map((line) => `${line}\n`).join('');

describe('readLines', () => {
  test.each([
    ['line ends of a serial port', 'a\r\nb\r\r\n', ['a', 'b']],
    ['colours and control characters', '\x1b[1;32mok\x1b[0m\x07\x00\n\tindented\n', ['ok', '\tindented']],
    ['empty lines, which a log cannot hold', '\n  \r\na\n\n', ['a']],
    ['any UTF-8', 'größe → 火\n', ['größe → 火']],
  ])('leaves out %s', (_, output, lines) => {
    expect(readLines(output, true)).toEqual(lines);
  });

  test('leaves a line that is still being written, unless nothing more can come', () => {
    expect(readLines('a\nhalf', true)).toEqual(['a']);
    expect(readLines('a\nhalf', false)).toEqual(['a', 'half']);
  });
});

describe('newLines', () => {
  test.each([
    ['all of them where nothing is known', ['a', 'b'], '', ['a', 'b']],
    ['what came after', ['a', 'b', 'c'], known('a', 'b'), ['c']],
    ['none where none came', ['a', 'b'], known('a', 'b'), []],
    ['equal lines, counted', ['tick', 'tick', 'tick'], known('tick', 'tick'), ['tick']],
    ['what came after, where the beginning is lost', ['b', 'c', 'd'], known('a', 'b', 'c'), ['d']],
    [
      'what came after, where half a line is lost',
      ['ginning', 'c', 'd'],
      known('a', 'beginning', 'c'),
      ['d'],
    ],
    ['all of them where too much came at once', ['x', 'y'], known('a', 'b'), ['x', 'y']],
    ['none of nothing', [], known('a'), []],
  ])('finds %s', (_, lines, before, fresh) => {
    expect(newLines(lines, before)).toEqual(fresh);
  });

  test('gives every line once, however often a console is looked at', () => {
    const consoles = fc.array(fc.stringMatching(/^[ab]{1,3}$/), { maxLength: 30 });
    fc.assert(
      fc.property(consoles, fc.array(fc.nat(30), { maxLength: 5 }), (lines, looks) => {
        const logged: string[] = [];
        for (const end of [...looks.sort((a, b) => a - b), lines.length]) {
          logged.push(...newLines(lines.slice(0, end), known(...logged)));
        }
        expect(logged).toEqual(lines);
      }),
    );
  });

  test('takes no longer for a full console of one letter', () => {
    const full = ['a'.repeat(65_535)];
    expect(newLines([...full, 'b'], `${'a'.repeat(70_000)}\n`)).toEqual(['b']);
  });
});
