import { errnoOf, messageOf } from '../../errors';

/** What an SDK's error says, whatever class it is of. */
export interface Fault {
  /** The service's code, such as `InvalidAMIName.Duplicate`; or Node's, such as `ECONNRESET`. */
  readonly name: string;
  readonly message: string;
  /** The finer code of EBS, such as `SNAPSHOT_NOT_FOUND`. */
  readonly reason: string | undefined;
  readonly requestId: string | undefined;
  /** True where the same request may succeed a little later. */
  readonly mayPass: boolean;
  /** True where it should be sent more slowly. */
  readonly isThrottling: boolean;
  readonly isTimeout: boolean;
  /** True where no answer came: the work may have been done or not. */
  readonly isNetwork: boolean;
}

const THROTTLING = new Set([
  'ConcurrentLimitExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
]);

/** Client errors by their status, which pass nevertheless. */
const PASSING = new Set(['RequestTimeout', 'RequestTimeoutException', 'IDPCommunicationError']);
/** Reasons of EBS' ValidationException that are about the moment: a block came too slowly, or another run sends the same one. */
const PASSING_REASONS = new Set(['WRITE_REQUEST_TIMEOUT', 'CONFLICTING_BLOCK_UPDATE']);

const NETWORK = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

const GONE = new Set(['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable', 'InvalidSnapshot.NotFound']);

/** The name that a try gets when its time was up. */
export const ATTEMPT_TIMEOUT = 'AttemptTimeout';

/** Reads an error; see the retry rules in docs/design/010-amis.md. */
export function faultOf(error: unknown): Fault {
  const thrown = (error ?? {}) as SdkError;
  const errno = errnoOf(error);
  const own = thrown.name ?? 'Error';
  const name = errno !== undefined && (NETWORK.has(errno) || own === 'Error') ? errno : own;
  const status = thrown.$metadata?.httpStatusCode;
  const reason = thrown.Reason ?? thrown.reason;
  const isThrottling = THROTTLING.has(name) || status === 429 || thrown.$retryable?.throttling === true;
  const isTimeout = name === ATTEMPT_TIMEOUT || name === 'TimeoutError' || name === 'ETIMEDOUT';
  const isNetwork = isTimeout || NETWORK.has(name) || isCutOff(thrown, errno);
  const passing = PASSING.has(name) || (reason !== undefined && PASSING_REASONS.has(reason));
  const isServers = status !== undefined && status >= 500;
  // The SDK has set its clock by the answer; the next request carries the right time.
  const clockSet = thrown.$metadata?.clockSkewCorrected === true;
  return {
    name,
    message: thrown.Message ?? messageOf(error),
    reason,
    requestId: thrown.$metadata?.requestId,
    mayPass: isThrottling || isNetwork || isServers || passing || clockSet,
    isThrottling,
    isTimeout,
    isNetwork,
  };
}

/** The same of what `callAws` throws. */
export function faultBehind(error: unknown): Fault {
  return faultOf((error as Error | undefined)?.cause ?? error);
}

/** Whether a fault says that an image or snapshot is not there. */
export function isGone({ name, reason }: Fault): boolean {
  return GONE.has(name) || reason === 'SNAPSHOT_NOT_FOUND';
}

interface SdkError {
  readonly name?: string;
  readonly Message?: string;
  readonly Reason?: string;
  readonly reason?: string;
  readonly $retryable?: { readonly throttling?: boolean };
  readonly $metadata?: {
    readonly httpStatusCode?: number;
    readonly requestId?: string;
    readonly clockSkewCorrected?: boolean;
  };
  readonly $responseBodyText?: unknown;
}

/** An answer that ended early or is no answer at all: Node's parser or the SDK's could not read it. */
function isCutOff(thrown: SdkError, errno: string | undefined): boolean {
  return (
    errno?.startsWith('HPE_') === true || (thrown.name === 'SyntaxError' && '$responseBodyText' in thrown)
  );
}
