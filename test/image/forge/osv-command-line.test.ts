import { OSV_COMMAND_LINE_SIZE, osvCommandLine } from '../../../lib/image/forge/osv-command-line';

test.each([
  [['/hello'], '/hello'],
  [['/hello', '--name=a b', 'c'], '/hello "--name=a b" c'],
  [['/hello', 'a;b', 'a&b', 'a!b', ';'], '/hello "a;b" "a&b" "a!b" ";"'],
  [['/hello', 'it\'s "so"', 'C:\\x'], '/hello "it\\\'s \\"so\\"" C:\\\\x'],
  [['--ip=eth0,10.0.0.2', '--env=A=b c', '/hello'], '--ip=eth0,10.0.0.2 --env=A=b\\ c /hello'],
  [['--env=A=$B;"ü\\', '/hello', '--env=x'], '--env=A=$B;\\"ü\\\\ /hello --env=x'],
])('%j is written as %s and a NUL', (bootArgs, line) => {
  expect(osvCommandLine(bootArgs).toString()).toBe(`${line}\0`);
});

test('the longest command line fits into the sectors that OSv reads', () => {
  expect(osvCommandLine(['/a', 'b'.repeat(4093)]).length).toBeLessThanOrEqual(OSV_COMMAND_LINE_SIZE);
});

test.each([
  [
    'no program',
    ['--verbose', '--ip=eth0'],
    'the boot arguments name no program for OSv, only options: "--verbose --ip=eth0"',
    "They take the place of the whole command line in the image: add the program's path, such as '/hello'.",
  ],
  [
    'a variable',
    ['/hello', 'cost=$5'],
    'boot argument 2, "cost=$5", holds a \'$\', for which OSv puts in a variable of its environment and knows no quoting',
    expect.stringContaining('--env=NAME=value'),
  ],
  [
    'not ASCII',
    ['/hello', 'grüße'],
    'boot argument 2, "grüße", holds a character that is not ASCII, which OSv\'s command line cannot carry',
    expect.stringContaining('--env=NAME=value'),
  ],
  [
    'an empty word',
    ['/hello', ''],
    'boot argument 2, "", is empty, and a command line has no place for an empty word',
    expect.anything(),
  ],
  [
    'too long',
    ['/a', 'b'.repeat(4094)],
    'the boot arguments make a command line of 4097 bytes, and at most 4096 are possible',
    expect.anything(),
  ],
])('refuses arguments: %s', (_, bootArgs, message, remedy) => {
  expect(() => osvCommandLine(bootArgs)).toThrow(
    expect.objectContaining({ code: 'image.boot-args', message, remedy }),
  );
});
