import { BlockList, isIP } from 'node:net';
import { KilnError } from '../../errors';

const SCHEMES = new Set(['http:', 'https:']);

/**
 * The proxy through which HTTPS requests go, by HTTPS_PROXY (or https_proxy), read as Terraform and its other providers read
 * it: Go's golang.org/x/net/http/httpproxy. Without a scheme it is an `http:` one.
 * @throws KilnError `aws.proxy` for what is no URL, or a proxy that speaks neither HTTP nor HTTPS
 */
export function httpsProxy(env: NodeJS.ProcessEnv = process.env): URL | undefined {
  const text = env.HTTPS_PROXY || env.https_proxy;
  if (!text) return undefined;
  const full = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url !== undefined && SCHEMES.has(url.protocol)) return url;
  // Not its text, which may hold a password.
  const what = url === undefined ? 'is not a URL' : `names a proxy that speaks ${url.protocol.slice(0, -1)}`;
  throw new KilnError(
    `HTTPS_PROXY ${what}; Kiln goes through those that are like http://proxy.example:3128`,
    {
      code: 'aws.proxy',
      remedy: 'Name one that takes HTTP, or unset the variable.',
    },
  );
}

/** Whether NO_PROXY (or no_proxy) exempts a host; this machine always is. By the same rules as `httpsProxy`. */
export function goesDirectly(host: string, port: number, env: NodeJS.ProcessEnv = process.env): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  if (name === 'localhost' || isWithin(name, '127.0.0.0/8') || isWithin(name, '::1/128')) return true;
  const entries = (env.NO_PROXY || env.no_proxy || '').toLowerCase().split(',');
  return entries.some((entry) => exempts(entry.trim(), name, port));
}

/** `*`, a range of addresses, or an address or domain with a port or none: `example.com` is also what ends so, `.example.com` only that. */
function exempts(entry: string, host: string, port: number): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isWithin(host, entry);
  const [, name = '', only] = isIP(entry) ? ['', entry] : (/^\[?(.*?)\]?(?::(\d+))?$/.exec(entry) ?? []);
  if (name === '' || (only !== undefined && Number(only) !== port)) return false;
  if (isIP(name)) return isWithin(host, `${name}/${isIP(name) === 4 ? 32 : 128}`);
  const domain = name.replace(/^\*(?=\.)/, '');
  return domain === host || host.endsWith(domain.startsWith('.') ? domain : `.${domain}`);
}

function isWithin(host: string, range: string): boolean {
  const [address = '', bits] = range.split('/');
  const families = { 4: 'ipv4', 6: 'ipv6' } as const;
  const family = families[isIP(address) as 4 | 6];
  const length = Number(bits);
  if (family === undefined || isIP(host) === 0 || !(length <= (family === 'ipv4' ? 32 : 128))) return false;
  const list = new BlockList();
  list.addSubnet(address, length, family);
  return list.check(host, families[isIP(host) as 4 | 6]);
}
