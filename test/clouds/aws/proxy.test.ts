import { goesDirectly, httpsProxy } from '../../../lib/clouds/aws/proxy';
import { refusal } from '../../helpers/refusal';

test.each([
  ['http://proxy.example:3128', 'http://proxy.example:3128/'],
  ['https://proxy.example', 'https://proxy.example/'],
  ['proxy.example:3128', 'http://proxy.example:3128/'],
  ['http://me:secret@10.0.0.1:80', 'http://me:secret@10.0.0.1/'],
])('HTTPS_PROXY=%s is the proxy %s', (HTTPS_PROXY, url) => {
  expect(httpsProxy({ HTTPS_PROXY })?.href).toBe(url);
});

test('small letters do too, and no variable is no proxy', () => {
  expect(httpsProxy({ https_proxy: 'http://small' })?.host).toBe('small');
  expect(httpsProxy({ https_proxy: 'http://small', HTTPS_PROXY: 'http://large' })?.host).toBe('large');
  expect(httpsProxy({})).toBeUndefined();
  expect(httpsProxy({ HTTPS_PROXY: '' })).toBeUndefined();
});

test.each([
  ['socks5://me:secret@proxy:1080', 'names a proxy that speaks socks5'],
  ['http://me:secret@:99999', 'is not a URL'],
])('refuses HTTPS_PROXY=%s, without its password', (HTTPS_PROXY, what) => {
  expect(refusal(() => httpsProxy({ HTTPS_PROXY }))).toEqual([
    'aws.proxy',
    `HTTPS_PROXY ${what}; Kiln goes through those that are like http://proxy.example:3128`,
  ]);
});

const EC2 = 'ec2.eu-central-1.amazonaws.com';

test.each([
  ['', EC2, false],
  ['*', EC2, true],
  [EC2, EC2, true],
  ['other.example, EC2.eu-central-1.amazonaws.com', EC2, true],
  ['amazonaws.com', EC2, true],
  ['amazonaws.com', 'amazonaws.com', true],
  ['amazonaws.com', 'notamazonaws.com', false],
  ['.amazonaws.com', EC2, true],
  ['.amazonaws.com', 'amazonaws.com', false],
  ['*.amazonaws.com', EC2, true],
  ['*.amazonaws.com', 'amazonaws.com', false],
  ['amazonaws.com:443', EC2, true],
  ['amazonaws.com:8443', EC2, false],
  ['10.0.0.7', '10.0.0.7', true],
  ['10.0.0.7:443', '10.0.0.7', true],
  ['10.0.0.7:80', '10.0.0.7', false],
  ['10.0.0.0/8', '10.1.2.3', true],
  ['10.0.0.0/8', '11.1.2.3', false],
  ['10.0.0.0/99', '10.1.2.3', false],
  ['10.0.0.0/8', EC2, false],
  ['fd00::/8', '[fd00::1]', true],
  ['fd00::1', '[fd00::1]', true],
  ['[fd00::1]:443', '[fd00::1]', true],
  ['[fd00::1]:80', '[fd00::1]', false],
  ['', 'localhost', true],
  ['', '127.0.0.2', true],
  ['', '[::1]', true],
  [',, :443,', EC2, false],
])('with NO_PROXY=%s, %s goes directly: %s', (NO_PROXY, host, expected) => {
  expect(goesDirectly(host, 443, { NO_PROXY })).toBe(expected);
  expect(goesDirectly(host, 443, { no_proxy: NO_PROXY })).toBe(expected);
});
