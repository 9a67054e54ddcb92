import { exitCodeOf, reportError } from '../../lib/cli/report';
import { KilnError } from '../../lib/errors';
import { MemoryHost } from '../../lib/io/memory-host';

function shown(error: unknown, env: NodeJS.ProcessEnv = {}): string {
  const host = new MemoryHost();
  reportError(error, host.err, env);
  return host.errText;
}

test('an error shows what was wrong, the material and the remedy', () => {
  const error = new KilnError('it failed', { code: 'a.b', detail: 'line 1\n\nline 3\n', remedy: 'Mend it.' });
  expect(shown(error)).toBe('error: it failed\n\n  │ line 1\n  │\n  │ line 3\n\nremedy: Mend it.\n');
});

test('what an error quotes from an image does not steer the terminal', () => {
  const error = new KilnError("needs 'a\u009b2J\u202eb'\n\tand c", { code: 'a.b', remedy: 'Try \x1b[31md.' });
  expect(shown(error)).toBe("error: needs 'a\\x9b2J\\u202eb'\n\tand c\nremedy: Try \\x1b[31md.\n");
});

test("the user's mistake shows no stack and does not blame the tool", () => {
  expect(shown(new KilnError('it failed', { code: 'a.b' }))).toBe('error: it failed\n');
});

test('a fault of the tool says how to see more', () => {
  expect(shown(new TypeError('oops'))).toContain('KILN_DEBUG=1');
  expect(shown(new TypeError('oops'), { KILN_DEBUG: '1' })).toMatch(/error: oops\nTypeError: oops\n {4}at /);
});

test.each([
  ['usage.needs-yes', 2],
  ['terraform.plan-failed', 1],
  ['cli.interrupted', 130],
])('%s ends with exit code %i', (code, exitCode) => {
  expect(exitCodeOf(new KilnError('x', { code }))).toBe(exitCode);
});

test('anything else ends with exit code 1', () => {
  expect(exitCodeOf('text')).toBe(1);
});
