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
    ![world.region, ...world.otherRegions].includes(region) &&
      `Credential should be scoped to a valid region, not '${region}'.`,
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
  switch (service) {
    case 'ebs':
      return new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
    case 'ec2':
      return new Refusal('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
    default:
      return new Refusal('MissingAuthenticationToken', 'Request is missing Authentication Token', 403);
  }
}

function unknownKey(service: Service): Refusal {
  const message = 'The security token included in the request is invalid.';
  switch (service) {
    case 'ebs':
      return new Refusal('UnrecognizedClientException', message, 403);
    case 'ec2':
      return new Refusal('AuthFailure', 'AWS was not able to validate the provided access credentials', 401);
    default:
      return new Refusal('InvalidClientTokenId', message, 403);
  }
}

/** REST JSON calls every one of them InvalidSignatureException. */
function refused(service: Service, code: string, message: string): Refusal {
  return new Refusal(service === 'ebs' ? 'InvalidSignatureException' : code, message, 403);
}

/** What the signature says it is for, before anything is believed. */
export function scopeOf(authorization: string | undefined): { service: string; region: string } | undefined {
  const match = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(authorization ?? '');
  return match ? { region: match[1] as string, service: match[2] as string } : undefined;
}
