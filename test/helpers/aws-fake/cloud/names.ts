import type { Claimed } from '../call';
import { Query } from '../query';
import { scopeOf } from '../signature';
import type { SignedRequest } from '../sigv4';

/** Signatures name some services otherwise than IAM does. */
const IAM_NAMES: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** Requests of services that name the action by method and path only. */
const ROUTES: Readonly<Record<string, readonly (readonly [method: string, path: RegExp, action: string])[]>> =
  {
    route53: [
      ['GET', /^\/2013-04-01\/hostedzone$/, 'ListHostedZones'],
      ['GET', /^\/2013-04-01\/hostedzonesbyname$/, 'ListHostedZonesByName'],
      ['POST', /^\/2013-04-01\/hostedzone$/, 'CreateHostedZone'],
      ['GET', /^\/2013-04-01\/hostedzone\/[^/]+$/, 'GetHostedZone'],
      ['DELETE', /^\/2013-04-01\/hostedzone\/[^/]+$/, 'DeleteHostedZone'],
      ['POST', /^\/2013-04-01\/hostedzone\/[^/]+$/, 'UpdateHostedZoneComment'],
      ['GET', /^\/2013-04-01\/hostedzone\/[^/]+\/rrset\/?$/, 'ListResourceRecordSets'],
      ['POST', /^\/2013-04-01\/hostedzone\/[^/]+\/rrset\/?$/, 'ChangeResourceRecordSets'],
      ['GET', /^\/2013-04-01\/hostedzone\/[^/]+\/dnssec$/, 'GetDNSSEC'],
      ['GET', /^\/2013-04-01\/change\/[^/]+$/, 'GetChange'],
      ['GET', /^\/2013-04-01\/tags\/[^/]+\/[^/]+$/, 'ListTagsForResource'],
      ['POST', /^\/2013-04-01\/tags\/[^/]+\/[^/]+$/, 'ChangeTagsForResource'],
    ],
    lambda: [
      ['POST', /^\/2015-03-31\/functions\/?$/, 'CreateFunction'],
      ['GET', /^\/2015-03-31\/functions\/[^/]+$/, 'GetFunction'],
      ['DELETE', /^\/2015-03-31\/functions\/[^/]+$/, 'DeleteFunction'],
      ['GET', /^\/2015-03-31\/functions\/[^/]+\/configuration$/, 'GetFunctionConfiguration'],
      ['PUT', /^\/2015-03-31\/functions\/[^/]+\/configuration$/, 'UpdateFunctionConfiguration'],
      ['PUT', /^\/2015-03-31\/functions\/[^/]+\/code$/, 'UpdateFunctionCode'],
      ['GET', /^\/2015-03-31\/functions\/[^/]+\/versions$/, 'ListVersionsByFunction'],
      ['GET', /^\/2020-06-30\/functions\/[^/]+\/code-signing-config$/, 'GetFunctionCodeSigningConfig'],
      ['POST', /^\/2015-03-31\/functions\/[^/]+\/policy$/, 'AddPermission'],
      ['GET', /^\/2015-03-31\/functions\/[^/]+\/policy$/, 'GetPolicy'],
      ['DELETE', /^\/2015-03-31\/functions\/[^/]+\/policy\/[^/]+$/, 'RemovePermission'],
      ['GET', /^\/2017-03-31\/tags\/.+$/, 'ListTags'],
    ],
  };

/** Which action of which service a request is, in IAM's words, whatever its protocol. */
export function nameOf({ method, url, headers, body }: SignedRequest): Claimed {
  const signedFor = scopeOf(headers.authorization)?.service ?? 'unsigned';
  const service = IAM_NAMES[signedFor] ?? signedFor;
  const json = headers['x-amz-target'];
  if (typeof json === 'string') {
    return { service, action: json.split('.').at(-1) ?? json, parameters: texts(body) };
  }
  const form = String(headers['content-type']).startsWith('application/x-www-form-urlencoded');
  if (form && body.includes('Action=')) {
    const query = Query.parse(body.toString());
    const parameters = Object.fromEntries(query.keys().map((key) => [key, query.text(key) ?? '']));
    return { service, action: query.text('Action') ?? '', parameters };
  }
  const route = ROUTES[service]?.find(([verb, path]) => verb === method && path.test(url.pathname));
  return { service, action: route?.[2] ?? `${method} ${url.pathname}`, parameters: { path: url.pathname } };
}

function texts(body: Buffer): Record<string, string> {
  try {
    const members = Object.entries(JSON.parse(body.toString()) as object);
    return Object.fromEntries(
      members.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    );
  } catch {
    return {};
  }
}
