import { nameOf } from '../../helpers/aws-fake/cloud/names';

const signedFor = (service: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIA/20260101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;

test.each<
  [service: string, method: string, path: string, headers: Record<string, string>, body: string, name: string]
>([
  ['sts', 'POST', '/', form(), 'Action=GetCallerIdentity&Version=2011-06-15', 'sts:GetCallerIdentity'],
  ['monitoring', 'POST', '/', form(), 'Action=DescribeAlarms&Version=1', 'cloudwatch:DescribeAlarms'],
  [
    'acm',
    'POST',
    '/',
    { 'x-amz-target': 'CertificateManager.RequestCertificate' },
    '{}',
    'acm:RequestCertificate',
  ],
  ['logs', 'POST', '/', { 'x-amz-target': 'Logs_20140328.CreateLogGroup' }, '{}', 'logs:CreateLogGroup'],
  ['route53', 'POST', '/2013-04-01/hostedzone/Z1/rrset/', {}, '<a/>', 'route53:ChangeResourceRecordSets'],
  ['route53', 'GET', '/2013-04-01/change/C1', {}, '', 'route53:GetChange'],
  ['lambda', 'POST', '/2015-03-31/functions', {}, '{}', 'lambda:CreateFunction'],
  ['lambda', 'GET', '/2099-01-01/unknown', {}, '', 'lambda:GET /2099-01-01/unknown'],
])('%s %s %s is named as IAM names it', (service, method, path, headers, body, name) => {
  const authorization = signedFor(service);
  const url = new URL(path, 'http://localhost');
  const found = nameOf({ method, url, headers: { ...headers, authorization }, body: Buffer.from(body) });
  expect(`${found.service}:${found.action}`).toBe(name);
});

function form(): Record<string, string> {
  return { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
}
