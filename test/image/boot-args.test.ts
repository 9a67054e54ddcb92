import { commandLine, MAX_COMMAND_LINE } from '../../lib/image';

test.each([
  [[], ''],
  [['--a', '--b=1'], '--a --b=1'],
  [['--greeting=hello world'], '"--greeting=hello world"'],
  [["it's", 'say "hi"', 'a\\b'], 'it\\\'s "say \\"hi\\"" a\\\\b'],
  [['$x;#{}|*'], '$x;#{}|*'],
])('%j becomes the line that GRUB composes', (bootArgs, line) => {
  expect(commandLine(bootArgs)).toBe(line);
});

test.each([
  [
    ['a', 'b\nc'],
    'boot argument 2, "b\\nc", has the control character 0x0a, which a command line cannot carry',
  ],
  [
    ['a\0b'],
    'boot argument 1, "a\\u0000b", has the control character 0x00, which a command line cannot carry',
  ],
  [['\x7f'], 'boot argument 1, "\x7f", has the control character 0x7f, which a command line cannot carry'],
  [[''], 'boot argument 1, "", is empty, and a command line has no place for an empty word'],
  [['\ud800'], 'boot argument 1, "\\ud800", is not well-formed Unicode'],
])('refuses %j', (bootArgs, message) => {
  expect(() => commandLine(bootArgs)).toThrow(expect.objectContaining({ code: 'image.boot-args', message }));
});

test('refuses a line longer than 4096 bytes, and says how long it is', () => {
  expect(commandLine(['é'.repeat(MAX_COMMAND_LINE / 2)])).toHaveLength(MAX_COMMAND_LINE / 2);
  expect(() => commandLine(['é'.repeat(MAX_COMMAND_LINE / 2), 'x'])).toThrow(
    'the boot arguments make a command line of 4098 bytes, and at most 4096 are possible',
  );
});
