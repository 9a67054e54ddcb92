import { X509Certificate } from 'node:crypto';
import { createServerCertificate, derOfPem } from '../../../lib/plugin/server/certificate';

describe('createServerCertificate', () => {
  const now = new Date('2030-06-01T12:00:00Z');
  const made = createServerCertificate(now);
  const certificate = new X509Certificate(made.certificatePem);

  test('is self-signed for localhost, by name and by alternative name', () => {
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe('CN=localhost');
    expect(certificate.issuer).toBe('CN=localhost');
    expect(certificate.subjectAltName).toBe('DNS:localhost');
  });

  test('is valid for a day around now, whatever the clocks say', () => {
    expect(new Date(certificate.validFrom).toISOString()).toBe('2030-05-31T12:00:00.000Z');
    expect(new Date(certificate.validTo).toISOString()).toBe('2030-06-02T12:00:00.000Z');
  });

  test('has a P-256 key, which its private key belongs to', () => {
    expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  test('has another key and number each time', () => {
    const other = new X509Certificate(createServerCertificate(now).certificatePem);
    expect(other.serialNumber).not.toBe(certificate.serialNumber);
    expect(other.fingerprint256).not.toBe(certificate.fingerprint256);
  });

  test('its PEM holds its DER', () => {
    expect(derOfPem(made.certificatePem)).toEqual(made.der);
    expect(certificate.raw).toEqual(made.der);
  });
});
