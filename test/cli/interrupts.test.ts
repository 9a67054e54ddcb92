import { Interrupts } from '../../lib/cli/interrupts';

test('an interrupt that nobody takes aborts', () => {
  const interrupts = new Interrupts();
  interrupts.notify();
  expect(interrupts.signal.aborted).toBe(true);
  expect(() => interrupts.throwIfInterrupted()).toThrow('interrupted');
});

test('while work runs its handler gets them, and nothing is aborted', async () => {
  const interrupts = new Interrupts();
  let taken = 0;
  const result = await interrupts.during(
    () => {
      taken += 1;
    },
    async () => {
      interrupts.notify();
      interrupts.notify();
      return 'done';
    },
  );
  expect([result, taken, interrupts.signal.aborted]).toEqual(['done', 2, false]);
  interrupts.notify();
  expect([taken, interrupts.signal.aborted]).toEqual([2, true]);
});

test('refuses to begin work after an interrupt', async () => {
  const interrupts = new Interrupts();
  interrupts.notify();
  await expect(
    interrupts.during(
      () => undefined,
      async () => 'never',
    ),
  ).rejects.toMatchObject({ code: 'cli.interrupted' });
});

test('a real signal is an interrupt, and stops being one', async () => {
  const interrupts = new Interrupts();
  const stop = interrupts.listen();
  const aborted = new Promise((resolve) => interrupts.signal.addEventListener('abort', resolve));
  process.emit('SIGINT', 'SIGINT');
  await aborted;
  stop();
  expect(process.listenerCount('SIGINT')).toBe(0);
});
