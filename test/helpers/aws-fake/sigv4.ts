import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Scope {
  readonly day: string;
  readonly region: string;
  readonly service: string;
  /** Names of the headers that are covered, in the order of the header. */
  readonly signed: readonly string[];
}

/** The signature that a request should have (AWS Signature Version 4), in hexadecimal digits. */
export function signatureOf(request: SignedRequest, scope: Scope, secret: string): string {
  const { day, region, service } = scope;
  const date = String(request.headers['x-amz-date']);
  const covered = sha256(canonical(request, scope));
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${region}/${service}/aws4_request`, covered].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

/** What the body's digest is said to be; undefined where it is not covered. */
export function bodyDigest({ headers, body }: SignedRequest): { readonly said: string; readonly is: string } {
  const is = sha256(body);
  const said = headers['x-amz-content-sha256'];
  return { said: typeof said === 'string' ? said : is, is };
}

function canonical(request: SignedRequest, { signed }: Scope): string {
  const { method, url, headers } = request;
  const query = [...url.searchParams].map(([key, value]) => `${encode(key)}=${encode(value)}`).sort();
  const lines = signed.map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, ' ')}`);
  // All services but S3 encode the path, which came encoded, once more.
  const path = url.pathname.split('/').map(encode).join('/');
  return [method, path, query.join('&'), ...lines, '', signed.join(';'), bodyDigest(request).said].join('\n');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
