import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** A private key and its self-signed certificate. The key never leaves this process. */
export interface ServerCertificate {
  readonly keyPem: string;
  readonly certificatePem: string;
  /** The certificate's DER bytes: what the handshake line carries. */
  readonly der: Buffer;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const OID = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectAltName: '551d11',
};

/**
 * Makes a P-256 key and a certificate for one host, valid from a day ago until a day from now.
 *
 * The DER is written here because the certificate is one fixed shape, and the libraries for it cost 40 to
 * 170 ms of start-up (docs/design/003-plugin-protocol.md). Terraform needs the subject alternative name
 * `DNS:localhost` and no other extension.
 *
 * @param host a DNS name
 */
export function createServerCertificate(now = new Date(), host = 'localhost'): ServerCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const name = sequence(set(sequence(oid(OID.commonName), utf8(host))));
  const validity = sequence(
    generalizedTime(new Date(now.getTime() - DAY_MS)),
    generalizedTime(new Date(now.getTime() + DAY_MS)),
  );
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))), // X.509 version 3
    integer(serialNumber(spki)),
    algorithm,
    name,
    validity,
    name,
    spki,
    explicit(3, sequence(sequence(oid(OID.subjectAltName), octets(sequence(dnsName(host)))))),
  );
  const der = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  return {
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: pem(der),
    der,
  };
}

/** The first certificate in a PEM text, as DER. */
export function derOfPem(text: string): Buffer {
  const body = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/.exec(text)?.[1] ?? '';
  return Buffer.from(body, 'base64');
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** Sixteen bytes of the public key's hash: unique per key, and positive because the top bit is cleared. */
function serialNumber(spki: Buffer): Buffer {
  const serial = createHash('sha256').update(spki).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(body.length)]), body]);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => tagged(0x30, ...parts);
const set = (...parts: readonly Uint8Array[]): Buffer => tagged(0x31, ...parts);
const integer = (bytes: Uint8Array): Buffer => tagged(0x02, bytes);
const octets = (bytes: Uint8Array): Buffer => tagged(0x04, bytes);
const bits = (bytes: Uint8Array): Buffer => tagged(0x03, Buffer.from([0]), bytes);
const oid = (hex: string): Buffer => tagged(0x06, Buffer.from(hex, 'hex'));
const utf8 = (text: string): Buffer => tagged(0x0c, Buffer.from(text));
const dnsName = (text: string): Buffer => tagged(0x82, Buffer.from(text));
const explicit = (number: number, body: Uint8Array): Buffer => tagged(0xa0 + number, body);
const generalizedTime = (time: Date): Buffer =>
  tagged(0x18, Buffer.from(`${time.toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`));
