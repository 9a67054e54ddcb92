import { styleFor, wantsColour, wantsLive } from '../../lib/io/host';

describe('colour', () => {
  test.each([
    ['a terminal', {}, true, true],
    ['a pipe', {}, false, false],
    ['a terminal that says dumb', { TERM: 'dumb' }, true, false],
    ['NO_COLOR', { NO_COLOR: '1' }, true, false],
    ['NO_COLOR over FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['an empty NO_COLOR, which says nothing', { NO_COLOR: '' }, true, true],
    ['FORCE_COLOR in a pipe', { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }, true, false],
  ])('is decided by %s', (_what, env, isTerminal, expected) => {
    expect(wantsColour(env, isTerminal)).toBe(expected);
  });

  test('is not used where it is off', () => {
    expect(styleFor(false).red('x')).toBe('x');
  });

  test('is used where it is on, also when this process has no terminal', () => {
    expect(styleFor(true).red('x')).toBe('\u001b[31mx\u001b[39m');
  });
});

describe('live lines', () => {
  test.each([
    ['on a terminal', {}, true, true],
    ['not in a pipe', {}, false, false],
    ['not in CI', { CI: 'true' }, true, false],
    ['with CI=false', { CI: 'false' }, true, true],
    ['not on a dumb terminal', { TERM: 'dumb' }, true, false],
  ])('are drawn %s', (_what, env, isTerminal, expected) => {
    expect(wantsLive(env, isTerminal)).toBe(expected);
  });
});
