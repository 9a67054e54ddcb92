import { readMessage } from '../../../lib/cli/terraform/messages';

test('what a resource does is read', () => {
  const hook = {
    resource: { addr: 'a.b', resource_type: 'a' },
    action: 'create',
    elapsed_seconds: 3,
  };
  expect(readMessage(JSON.stringify({ type: 'apply_complete', hook }))).toEqual({
    kind: 'done',
    resource: { address: 'a.b', type: 'a', action: 'create', elapsedSeconds: 3 },
  });
});

test('a diagnostic is read', () => {
  const diagnostic = { severity: 'error', summary: 's', detail: 'd', address: 'a.b' };
  expect(readMessage(JSON.stringify({ type: 'diagnostic', diagnostic }))).toEqual({
    kind: 'diagnostic',
    diagnostic,
  });
});

test('a line that is not JSON is text, and messages that we do not use are passed over', () => {
  expect(readMessage('panic: oh')).toEqual({ kind: 'text', text: 'panic: oh' });
  expect(readMessage('{"type":"version"}')).toEqual({ kind: 'other' });
  expect(readMessage('')).toEqual({ kind: 'other' });
  expect(readMessage('null')).toEqual({ kind: 'text', text: 'null' });
});
