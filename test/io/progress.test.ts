import { MemoryHost } from '../../lib/io/memory-host';
import { fitToWidth, Progress } from '../../lib/io/progress';

test('elsewhere than on a terminal only the lines that stay are written', () => {
  const host = new MemoryHost();
  const progress = new Progress(host.err);
  progress.live(() => ['working']);
  progress.line('done');
  progress.end();
  expect(host.errText).toBe('done\n');
});

test('on a terminal a line that stays goes above the live ones, which are drawn again', () => {
  const host = new MemoryHost({ live: true });
  const progress = new Progress(host.err);
  progress.live(() => ['working', 'on two lines']);
  progress.line('done');
  progress.end();
  const [first, second, third] = host.errText.split('\r\u001b[2A\u001b[0J');
  expect(first).toBe('\u001b[?25l⠋ working\n  on two lines\n');
  expect(second).toBe('done\n⠋ working\n  on two lines\n');
  expect(third).toBe('\u001b[?25h');
});

test('the cursor comes back when the work fails', async () => {
  const host = new MemoryHost({ live: true });
  const work = new Progress(host.err).during('trying', () => Promise.reject(new Error('no')));
  await expect(work).rejects.toThrow('no');
  expect(host.errText.endsWith('\u001b[?25h')).toBe(true);
});

test('a line that would wrap is cut', () => {
  expect(fitToWidth('abcdef', 4)).toBe('abc…');
  expect(fitToWidth('\u001b[31mabcd\u001b[39m', 4)).toBe('\u001b[31mabcd\u001b[39m');
});
