import { confirm } from '../../../lib/cli/deploy/confirm';
import { contextIn } from '../fixtures';

const ask = (answers: string[] | undefined, options: { yes?: boolean; json?: boolean } = {}) => {
  const context = contextIn('/', {}, answers ? { answers } : {});
  const asked = confirm(
    { yes: options.yes, json: options.json, question: 'Deploy?', command: 'kiln deploy' },
    context,
  );
  return { asked, context };
};

test.each([
  ['y', true],
  ['YES', true],
  ['', false],
  ['n', false],
  ['yesterday', false],
])('the answer %j means %s', async (answer, expected) => {
  expect(await ask([answer]).asked).toBe(expected);
});

test('the end of the input is a no', async () => {
  expect(await ask([]).asked).toBe(false);
});

test('--yes is not asked again', async () => {
  const { asked, context } = ask(undefined, { yes: true });
  expect(await asked).toBe(true);
  expect(context.host.errText).toBe('');
});

test('refuses where nobody can be asked, and names the way out', async () => {
  await expect(ask(undefined).asked).rejects.toMatchObject({
    code: 'usage.needs-yes',
    message: "there is no terminal to ask at, so 'kiln deploy' changes nothing without --yes",
  });
  await expect(ask(['y'], { json: true }).asked).rejects.toThrow('with --json nobody is asked');
});
