import type { AwsAction } from './settings';

export type Service = 'ebs' | 'ec2';

/** An error answer, before it takes the shape of its protocol. */
export class Refusal extends Error {
  constructor(
    /** The error's name on the wire, such as `ValidationException` or `InvalidSnapshot.InUse`. */
    readonly code: string,
    message: string,
    readonly status = 400,
    /** EBS direct only: the machine-readable reason. */
    readonly reason?: string,
  ) {
    super(message);
  }
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** In REST JSON the name is a header; in the EC2 query protocol all is XML. */
export function renderRefusal(service: Service, refusal: Refusal, requestId: string): Answer {
  if (service === 'ebs') {
    return {
      status: refusal.status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': refusal.code,
        'x-amzn-requestid': requestId,
      },
      body: JSON.stringify({ Message: refusal.message, ...(refusal.reason && { Reason: refusal.reason }) }),
    };
  }
  const error = `<Error><Code>${refusal.code}</Code><Message>${escapeXml(refusal.message)}</Message></Error>`;
  return {
    status: refusal.status,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`,
  };
}

/** A request whose values the service does not take. */
export function invalid(reason: string, message: string): Refusal {
  return new Refusal('ValidationException', message, 400, reason);
}

export function throttled(service: Service): Refusal {
  return service === 'ebs'
    ? new Refusal('RequestThrottledException', 'The request was throttled.', 400, 'ACCOUNT_THROTTLED')
    : new Refusal('RequestLimitExceeded', 'Request limit exceeded.', 503);
}

export function expired(service: Service): Refusal {
  return service === 'ebs'
    ? new Refusal('ExpiredTokenException', 'The security token included in the request is expired', 403)
    : new Refusal('RequestExpired', 'Request has expired.', 400);
}

export function denied(service: Service, action: AwsAction, account: string): Refusal {
  const what = `User: arn:aws:iam::${account}:user/kiln is not authorized to perform: ${service}:${action}`;
  const why = `because no identity-based policy allows the ${service}:${action} action`;
  return service === 'ebs'
    ? new Refusal('AccessDeniedException', `${what} ${why}`, 403, 'UNAUTHORIZED_ACCOUNT')
    : new Refusal(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. ${what} ${why}.`,
        403,
      );
}

export function quotaReached(service: Service): Refusal {
  const message = 'Your current service quotas do not allow you to perform this action.';
  return service === 'ebs'
    ? new Refusal('ServiceQuotaExceededException', message, 402, 'DEPENDENCY_SERVICE_QUOTA_EXCEEDED')
    : new Refusal('ResourceLimitExceeded', message, 400);
}

export function broken(service: Service, status: 500 | 503): Refusal {
  if (status === 503)
    return new Refusal(
      service === 'ebs' ? 'ServiceUnavailableException' : 'Unavailable',
      'The service is unavailable.',
      503,
    );
  return new Refusal(
    service === 'ebs' ? 'InternalServerException' : 'InternalError',
    'An internal error has occurred.',
    500,
  );
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
