import { KilnError, messageOf } from '../../errors';
import { type Fault, faultOf } from './fault';

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenRefreshRequired']);
const UNKNOWN_CREDENTIALS = new Set([
  'AuthFailure',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);
const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError', 'ProviderError']);
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'NotAuthorized']);
const NOT_IN_REGION = new Set(['OptInRequired', 'PendingVerification', 'Blocked']);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/;
/** Of Auto Scaling the SDK gives the names of its own classes; Elastic Load Balancing has one for each thing that it counts. */
const QUOTA = /(LimitExceeded|QuotaExceeded)(Fault|Exception)?$|^TooMany\w+$|AssociationLimit/;
const CONFLICT = new Set(['ConflictException', 'InvalidAMIName.Duplicate', 'OperationNotPermitted']);

interface Reading {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
}

/** What a failed call means for who runs it. `action` is IAM's name of the call, such as `ec2:RegisterImage`. */
export function awsError(error: unknown, action: string, region: string): KilnError {
  if (KilnError.is(error)) return error;
  const fault = faultOf(error);
  const { code, message, remedy } = readAccess(fault, action, region) ?? readService(fault, action, region);
  const request = fault.requestId === undefined ? '' : ` (request ${fault.requestId})`;
  return new KilnError(message, {
    code,
    ...(remedy === undefined ? {} : { remedy }),
    detail: `${fault.name}: ${fault.message}${request}`,
    cause: error,
  });
}

/** Work that was ended from outside. */
export function cancelled(): KilnError {
  return new KilnError('the work at AWS was cancelled', { code: 'aws.cancelled' });
}

/** Not `messageOf` alone: a KilnError's detail is what the service said. */
export function inBrief(error: unknown): string {
  const detail = KilnError.is(error) ? error.detail : undefined;
  return detail === undefined ? messageOf(error) : `${messageOf(error)} (${detail})`;
}

function readAccess(fault: Fault, action: string, region: string): Reading | undefined {
  const { name, message } = fault;
  if (EXPIRED.has(name) || /\bexpired\b/i.test(NO_CREDENTIALS.has(name) ? message : ''))
    return {
      code: 'aws.credentials-expired',
      message: `the AWS credentials have expired; ${action} was refused`,
      remedy: 'Get new ones (aws sso login, or take the role again) and apply again.',
    };
  if (NO_CREDENTIALS.has(name))
    return {
      code: 'aws.credentials',
      message: 'no AWS credentials were found',
      remedy:
        'Run aws configure or aws sso login, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    };
  if (UNKNOWN_CREDENTIALS.has(name))
    return {
      code: 'aws.credentials',
      message: `AWS does not accept the credentials in ${region}; ${action} was refused`,
      remedy:
        'Check them with aws sts get-caller-identity; also that the region is enabled and the clock is right.',
    };
  if (DENIED.has(name)) return readDenied(fault, action, region);
  if (NOT_IN_REGION.has(name))
    return {
      code: 'aws.account',
      message: `the account may not use ${region} yet; ${action} was refused`,
      remedy: "Enable the region, or verify the account, in the account's settings.",
    };
  return undefined;
}

/** The service names the missing action itself, and it may be another than the call's: tags need `ec2:CreateTags`. */
function readDenied(fault: Fault, action: string, region: string): Reading {
  const missing = /\bperform: ([a-z0-9-]+:[A-Za-z]+)/.exec(fault.message)?.[1] ?? action;
  const isForKey = fault.reason === 'DEPENDENCY_ACCESS_DENIED' || missing.startsWith('kms:');
  return {
    code: 'aws.permission',
    message: `the credentials lack the permission ${missing} in ${region}`,
    remedy: isForKey
      ? `Allow ${missing} in their policy, and the use of the KMS key in the key's policy.`
      : `Allow ${missing} in the policy of the user or role.`,
  };
}

function readService(fault: Fault, action: string, region: string): Reading {
  const { name } = fault;
  if (QUOTA.test(quotaName(fault)))
    return {
      code: 'aws.quota',
      message: `a quota of the account in ${region} is reached; ${action} was refused`,
      remedy: 'Delete what is no longer needed, or ask for more in Service Quotas.',
    };
  if (fault.isThrottling)
    return {
      code: 'aws.throttled',
      message: `AWS kept asking to slow down, and ${action} came not through`,
      remedy: 'Apply again when less is going on in the account, or ask for more in Service Quotas.',
    };
  if (CERTIFICATE.test(name))
    return {
      code: 'aws.network',
      message: `the certificate that answered for ${action} in ${region} is not trusted`,
      remedy: "Name your proxy's certificates in AWS_CA_BUNDLE.",
    };
  if (fault.isTimeout)
    return { code: 'aws.timeout', message: `${action} got no answer in time in ${region}`, remedy: AGAIN };
  if (fault.isNetwork)
    return {
      code: 'aws.network',
      message: `${action} did not reach AWS in ${region}, or its answer got lost`,
      remedy: 'Check the region, the network and AWS_ENDPOINT_URL, and apply again.',
    };
  if (fault.mayPass)
    return { code: 'aws.service', message: `${action} kept failing at AWS in ${region}`, remedy: AGAIN };
  if (CONFLICT.has(name))
    return { code: 'aws.conflict', message: `${action} meets something that is there already` };
  return { code: 'aws.refused', message: `AWS refused ${action} in ${region}` };
}

const AGAIN = 'Apply again; what is there by then is taken up.';

/** A throttle's name may end like a quota's. */
function quotaName(fault: Fault): string {
  return fault.isThrottling ? '' : fault.name;
}
