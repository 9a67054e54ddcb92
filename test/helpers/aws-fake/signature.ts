import type { IncomingHttpHeaders } from 'node:http';
import { Refusal, type Service } from './refusal';
import type { World } from './settings';
import { bodyDigest, type Scope, type SignedRequest, signatureOf } from './sigv4';

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/** Refuses a request that is not signed for this service and region, with the secret key if that is known. */
export function checkSignature(request: SignedRequest, service: Service, world: World): void {
  const { headers } = request;
  if (headers.authorization === undefined) throw missing(service);
  const match = FORM.exec(headers.authorization);
  if (!match) {
    throw refused(
      service,
      'IncompleteSignature',
      `Authorization header is malformed: ${headers.authorization}`,
    );
  }
  const [, key = '', day = '', region = '', signedService = '', signed = '', signature] = match;
  if (world.accessKeyId !== undefined && key !== world.accessKeyId) throw unknownKey(service);
  const scope = { day, region, service: signedService, signed: signed.split(';') };
  checkScope(scope, headers, service, world);
  checkCovered(scope, headers, service);
  const { said, is } = bodyDigest(request);
  if (said !== 'UNSIGNED-PAYLOAD' && said !== is) {
    throw refused(service, 'SignatureDoesNotMatch', "the body is not what 'x-amz-content-sha256' says");
  }
  const secret = world.secretAccessKey;
  if (secret === undefined || signature === signatureOf(request, scope, secret)) return;
  throw refused(
    service,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided.',
  );
}

function checkScope(scope: Scope, headers: IncomingHttpHeaders, service: Service, world: World): void {
  const { day, region } = scope;
  const date = headers['x-amz-date'];
  const faults = [
    region !== world.region && `Credential should be scoped to a valid region, not '${region}'.`,
    scope.service !== service && `Credential should be scoped to correct service: '${service}'.`,
    !(typeof date === 'string' && /^\d{8}T\d{6}Z$/.test(date) && date.startsWith(day)) &&
      `the date in Credential and 'x-amz-date' differ: ${day}, ${date}`,
  ];
  const fault = faults.find((text) => typeof text === 'string');
  if (fault) throw refused(service, 'SignatureDoesNotMatch', fault);
}

/** Every `x-amz-` header must be covered, and the host. */
function checkCovered({ signed }: Scope, headers: IncomingHttpHeaders, service: Service): void {
  const names = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && name !== 'x-amz-user-agent',
  );
  const uncovered = ['host', ...names].filter((name) => !signed.includes(name));
  if (uncovered.length === 0) return;
  throw refused(
    service,
    'SignatureDoesNotMatch',
    `There were headers present in the request which were not signed: ${uncovered.join(', ')}`,
  );
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
