import { askToClose } from '../../../lib/runtime/balancer/ask-to-close';

const rewritten = (text: string) => askToClose(Buffer.from(text, 'latin1')).toString('latin1');

describe('askToClose', () => {
  it('adds the header and leaves the body as it is', () => {
    expect(rewritten('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi')).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi',
    );
  });

  it('replaces a header that promises to keep the connection', () => {
    expect(
      rewritten('HTTP/1.1 404 No\r\nconnection: keep-alive\r\nKeep-Alive: timeout=5\r\nA: b\r\n\r\n'),
    ).toBe('HTTP/1.1 404 No\r\nA: b\r\nConnection: close\r\n\r\n');
  });

  it.each([
    ['part of a head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a change of protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\r\n'],
    ['HTTP/1.0, which closes anyway', 'HTTP/1.0 200 OK\r\n\r\n'],
    ['something else', 'SSH-2.0-OpenSSH\r\n\r\n'],
  ])('leaves %s alone', (_, text) => {
    expect(rewritten(text)).toBe(text);
  });
});
