import { lockOutput } from '../../lib/cli/output-lock';
import { contextIn, temporaryFolder } from './fixtures';

const folder = temporaryFolder();

test('a command waits, and says so once, while another writes to the folder', async () => {
  const [first, second] = [contextIn(folder()), contextIn(folder())];
  const release = await lockOutput({ output: folder() }, first);
  const order: string[] = [];
  const waiting = lockOutput({ output: folder() }, second).then((free) => {
    order.push('second');
    free();
  });
  while (second.host.errText === '') await new Promise((resolve) => setTimeout(resolve, 10));

  order.push('first');
  release();
  await waiting;

  expect(order).toEqual(['first', 'second']);
  expect(first.host.errText).toBe('');
  expect(second.host.errText).toBe('another kiln is at work in this folder; waiting for it\n');
});

test('a folder that was given back twice is not taken from who has it then', async () => {
  const context = contextIn(folder());
  const release = await lockOutput({ output: folder() }, context);
  release();
  const next = await lockOutput({ output: folder() }, context);

  release();

  const third = contextIn(folder());
  const waiting = lockOutput({ output: folder() }, third);
  while (third.host.errText === '') await new Promise((resolve) => setTimeout(resolve, 10));
  next();
  (await waiting)();
});

test('an interrupt ends the wait', async () => {
  const [first, second] = [contextIn(folder()), contextIn(folder())];
  const release = await lockOutput({ output: folder() }, first);
  const waiting = lockOutput({ output: folder() }, second);
  second.interrupts.notify();

  await expect(waiting).rejects.toMatchObject({ code: 'cli.interrupted' });

  release();
});
