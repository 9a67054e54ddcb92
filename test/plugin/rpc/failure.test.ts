import { KilnError } from '../../../lib/errors';
import { DiagnosticsError } from '../../../lib/plugin';
import { diagnosticsOf, diagnosticToMessage } from '../../../lib/plugin/rpc/failure';

const calm = { what: 'create toy_thing', signal: new AbortController().signal };

describe('what is thrown becomes a diagnostic', () => {
  test('a refusal has its message as summary, and its remedy and material as detail', () => {
    const error = new KilnError('the disk is full\nby 3 MiB', {
      code: 'x',
      remedy: 'make room',
      detail: 'df says so',
    });
    expect(diagnosticsOf(error, calm)).toEqual([
      { severity: 'error', summary: 'The disk is full', detail: 'by 3 MiB\n\nMake room.\n\ndf says so' },
    ]);
  });

  test("the tool's own fault asks to be reported", () => {
    const [found] = diagnosticsOf(new KilnError('lost count', { code: 'x', source: 'tool' }), calm);
    expect(found!.detail).toBe(
      'This is a fault of the provider, not of your configuration. Please report it.',
    );
  });

  test('anything else is a fault, with its stack', () => {
    const [found] = diagnosticsOf(new RangeError('off by one'), calm);
    expect(found!.summary).toBe('The provider failed to create toy_thing: off by one');
    expect(found!.detail).toMatch(
      /^This is a fault of the provider.*Please report it\.\n\nRangeError: off by one\n +at /s,
    );
    expect(diagnosticsOf('a text', calm)[0]!.summary).toMatch(/: a text$/);
  });

  test('an abort tells why it was aborted', () => {
    const abort = new AbortController();
    abort.abort(new KilnError('interrupted', { code: 'x' }));
    const occasion = { what: 'create', signal: abort.signal };
    const thrown = Object.assign(new Error('The operation was aborted'), { name: 'AbortError' });
    expect(diagnosticsOf(thrown, occasion)).toEqual([
      { severity: 'error', summary: 'Interrupted', detail: '' },
    ]);
    expect(diagnosticsOf(new KilnError('half done', { code: 'y' }), occasion)[0]!.summary).toBe('Half done');
  });
});

test('the path on the wire stops at the attribute, and the whole of it is in the detail', () => {
  const [diagnostic] = DiagnosticsError.at(['disks', 1, 'g b'], 'Bad', 'Mend it.').diagnostics;
  expect(diagnosticToMessage(diagnostic!)).toEqual({
    severity: 1,
    summary: 'Bad',
    detail: 'Mend it.\n\nAt disks[1]["g b"].',
    attribute: { steps: [{ attributeName: 'disks', elementKeyString: undefined, elementKeyInt: undefined }] },
  });
});
