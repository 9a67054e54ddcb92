import type { IncomingHttpHeaders } from 'node:http';
import { Refusal, type Service } from './refusal';
import type { World } from './settings';

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=[0-9a-f]{64}$/;

/** Looks at what a request was signed for, as far as that can be told without the secret key. */
export function checkSignature(headers: IncomingHttpHeaders, service: Service, world: World): void {
  const authorization = headers.authorization;
  if (authorization === undefined) throw missing(service);
  const match = FORM.exec(authorization);
  if (!match)
    throw refused(service, 'IncompleteSignature', `Authorization header is malformed: ${authorization}`);
  const [, key, day, region, signedService, signed] = match;
  if (world.accessKeyId !== undefined && key !== world.accessKeyId) throw unknownKey(service);
  if (region !== world.region) {
    throw refused(
      service,
      'SignatureDoesNotMatch',
      `Credential should be scoped to a valid region, not '${region}'.`,
    );
  }
  if (signedService !== service) {
    throw refused(
      service,
      'SignatureDoesNotMatch',
      `Credential should be scoped to correct service: '${service}'.`,
    );
  }
  const date = headers['x-amz-date'];
  if (typeof date !== 'string' || !/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day as string)) {
    throw refused(
      service,
      'SignatureDoesNotMatch',
      `the date in Credential and 'x-amz-date' differ: ${day}, ${date}`,
    );
  }
  checkSigned((signed as string).split(';'), headers, service);
}

/** Every `x-amz-` header must be signed, and the host. */
function checkSigned(signed: readonly string[], headers: IncomingHttpHeaders, service: Service): void {
  const must = [
    'host',
    ...Object.keys(headers).filter((name) => name.startsWith('x-amz-') && name !== 'x-amz-user-agent'),
  ];
  const unsigned = must.filter((name) => !signed.includes(name));
  if (unsigned.length > 0) {
    throw refused(
      service,
      'SignatureDoesNotMatch',
      `There were headers present in the request which were not signed: ${unsigned}`,
    );
  }
}

function missing(service: Service): Refusal {
  return service === 'ebs'
    ? new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token', 403)
    : new Refusal('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
}

function unknownKey(service: Service): Refusal {
  return service === 'ebs'
    ? new Refusal(
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
        403,
      )
    : new Refusal('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
}

/** REST JSON calls every one of them InvalidSignatureException. */
function refused(service: Service, code: string, message: string): Refusal {
  return new Refusal(service === 'ebs' ? 'InvalidSignatureException' : code, message, 403);
}
