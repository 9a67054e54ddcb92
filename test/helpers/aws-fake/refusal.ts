/** As IAM names it, such as `ebs`; those that the fake has no part of too. */
export type Service = string;

/** Of error answers. */
type Family = 'ebs' | 'ec2' | 'query' | 'json';

function familyOf(service: Service): Family {
  if (service === 'ebs' || service === 'ec2') return service;
  const query = ['autoscaling', 'elasticloadbalancing', 'iam', 'sts', 'cloudwatch', 'route53'];
  return query.includes(service) ? 'query' : 'json';
}

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

/** In REST JSON the name is a header; EC2 and the query protocol each have an XML of their own. */
export function renderRefusal(service: Service, refusal: Refusal, requestId: string): Answer {
  const family = familyOf(service);
  if (family === 'ebs' || family === 'json') {
    return {
      status: refusal.status,
      headers: {
        'content-type': 'application/json',
        'x-amzn-errortype': refusal.code,
        'x-amzn-requestid': requestId,
      },
      body: JSON.stringify({
        [family === 'ebs' ? 'Message' : 'message']: refusal.message,
        ...(family === 'json' && { __type: refusal.code }),
        ...(refusal.reason && { Reason: refusal.reason }),
      }),
    };
  }
  if (family === 'query') return renderQueryRefusal(refusal, requestId);
  const error = `<Error><Code>${refusal.code}</Code><Message>${escapeXml(refusal.message)}</Message></Error>`;
  return {
    status: refusal.status,
    headers: { 'content-type': 'text/xml;charset=UTF-8' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors>${error}</Errors><RequestID>${requestId}</RequestID></Response>`,
  };
}

function renderQueryRefusal({ code, message, status }: Refusal, requestId: string): Answer {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return {
    status,
    headers: { 'content-type': 'text/xml;charset=UTF-8', 'x-amzn-requestid': requestId },
    body: `<ErrorResponse>${error}<RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
}

/** A request whose values the service does not take. */
export function invalid(reason: string, message: string): Refusal {
  return new Refusal('ValidationException', message, 400, reason);
}

/** What a service calls the errors that all its actions share. */
interface Names {
  readonly throttled: readonly [code: string, message: string, status: number, reason?: string];
  readonly expired: readonly [code: string, message: string, status: number];
  readonly quota: readonly [code: string, status: number, reason?: string];
  readonly broken: string;
  readonly unavailable: string;
}

const QUERY: Names = {
  throttled: ['Throttling', 'Rate exceeded', 400],
  expired: ['ExpiredToken', 'The security token included in the request is expired', 403],
  quota: ['LimitExceeded', 400],
  broken: 'InternalFailure',
  unavailable: 'ServiceUnavailable',
};

const NAMES: Readonly<Record<Family, Names>> = {
  ebs: {
    throttled: ['RequestThrottledException', 'The request was throttled.', 400, 'ACCOUNT_THROTTLED'],
    expired: ['ExpiredTokenException', 'The security token included in the request is expired', 403],
    quota: ['ServiceQuotaExceededException', 402, 'DEPENDENCY_SERVICE_QUOTA_EXCEEDED'],
    broken: 'InternalServerException',
    unavailable: 'ServiceUnavailableException',
  },
  ec2: {
    throttled: ['RequestLimitExceeded', 'Request limit exceeded.', 503],
    expired: ['RequestExpired', 'Request has expired.', 400],
    quota: ['ResourceLimitExceeded', 400],
    broken: 'InternalError',
    unavailable: 'Unavailable',
  },
  query: QUERY,
  json: {
    throttled: ['ThrottlingException', 'Rate exceeded', 400],
    expired: ['ExpiredTokenException', 'The security token included in the request is expired', 400],
    quota: ['LimitExceededException', 400],
    broken: 'InternalFailure',
    unavailable: 'ServiceUnavailable',
  },
};

export function throttled(service: Service): Refusal {
  return new Refusal(...NAMES[familyOf(service)].throttled);
}

export function expired(service: Service): Refusal {
  return new Refusal(...NAMES[familyOf(service)].expired);
}

export function denied(service: Service, action: string, account: string): Refusal {
  const what = `User: arn:aws:iam::${account}:user/kiln is not authorized to perform: ${service}:${action}`;
  const why = `because no identity-based policy allows the ${service}:${action} action`;
  if (service === 'ebs') {
    return new Refusal('AccessDeniedException', `${what} ${why}`, 403, 'UNAUTHORIZED_ACCOUNT');
  }
  if (service === 'ec2') {
    const message = `You are not authorized to perform this operation. ${what} ${why}.`;
    return new Refusal('UnauthorizedOperation', message, 403);
  }
  const code = familyOf(service) === 'json' ? 'AccessDeniedException' : 'AccessDenied';
  return new Refusal(code, `${what} on resource: * ${why}`, 403);
}

export function quotaReached(service: Service): Refusal {
  const [code, status, reason] = NAMES[familyOf(service)].quota;
  const message = 'Your current service quotas do not allow you to perform this action.';
  return new Refusal(code, message, status, reason);
}

export function broken(service: Service, status: 500 | 503): Refusal {
  const { broken: failed, unavailable } = NAMES[familyOf(service)];
  return status === 503
    ? new Refusal(unavailable, 'The service is unavailable.', 503)
    : new Refusal(failed, 'An internal error has occurred.', 500);
}

export function escapeXml(text: string): string {
  return text.replace(/[<>&"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
