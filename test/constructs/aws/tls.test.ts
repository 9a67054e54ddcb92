import { TerraformStack, Testing, Token } from 'cdktf';
import { Certificate, type CreateCertificateOptions } from '../../../constructs/aws/tls';
import { refusal } from '../../helpers/refusal';
import { ref, resolved, resources } from './network-fixtures';

const USE = { region: 'eu-central-1', dnsName: 'lb.example.net', dnsZoneId: 'ZLB' };
const ARN = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b-2c3d';

describe('an existing certificate', () => {
  test.each([
    ARN,
    'arn:aws-cn:acm:eu-central-1:123456789012:certificate/0a1b-2c3d',
    'arn:aws:iam::123456789012:server-certificate/cloudfront/shop',
  ])('is used as it is: %s', (arn) => {
    const stack = newStack();
    expect(Certificate.fromArn(arn).bind(stack, USE)).toEqual({ arn, host: undefined });
    expect(resources(stack, 'aws_acm_certificate')).toEqual({});
  });

  test('may be a token, of which nobody knows the region', () => {
    const arn = Token.asString({ resolve: () => ARN });
    expect(Certificate.fromArn(arn).bind(newStack(), USE).arn).toBe(arn);
  });

  test('is not compared with a region that only Terraform will know', () => {
    const region = Token.asString({ resolve: () => 'us-east-1' });
    expect(() => Certificate.fromArn(ARN).bind(newStack(), { ...USE, region })).not.toThrow();
  });

  test.each(['', 'shop.example.com', 'arn:aws:s3:::bucket', 'arn:aws:acm:eu-central-1:1234:certificate/x'])(
    'refuses %j',
    (arn) => {
      expect(refusal(() => Certificate.fromArn(arn))).toEqual([
        'constructs.certificate',
        `the ARN of a certificate is ${JSON.stringify(arn)}; give one such as ` +
          "'arn:aws:acm:eu-central-1:123456789012:certificate/0123abcd-...'",
      ]);
    },
  );

  test('refuses one of another region', () => {
    const bind = () => Certificate.fromArn(ARN).bind(newStack(), { ...USE, region: 'us-east-1' });
    expect(refusal(bind)).toEqual([
      'constructs.certificate',
      `the certificate '${ARN}' is in 'eu-central-1', and the stack in 'us-east-1', whose balancers take certificates of ` +
        'their own region only; request or import it there',
    ]);
  });
});

describe('a created certificate', () => {
  test('is proved by a record, and used when it is valid', () => {
    const { stack, bound } = created({ domain: 'shop.example.com' });
    expect(resources(stack, 'aws_acm_certificate')).toEqual({
      'certificate_shop-example-com': {
        domain_name: 'shop.example.com',
        validation_method: 'DNS',
        tags: { Name: 'shop.example.com' },
        lifecycle: { create_before_destroy: true },
      },
    });
    const options = 'tolist(aws_acm_certificate.certificate_shop-example-com.domain_validation_options).0';
    expect(resources(stack, 'aws_route53_record')['certificate_shop-example-com']).toEqual({
      zone_id: 'Z1',
      name: ref(`${options}.resource_record_name`),
      type: ref(`${options}.resource_record_type`),
      records: [ref(`${options}.resource_record_value`)],
      ttl: 300,
      allow_overwrite: true,
    });
    expect(resources(stack, 'aws_acm_certificate_validation')['certificate_shop-example-com']).toEqual({
      certificate_arn: ref('aws_acm_certificate.certificate_shop-example-com.arn'),
      validation_record_fqdns: [ref('aws_route53_record.certificate_shop-example-com.fqdn')],
    });
    expect(resolved(stack, bound.arn)).toBe(
      ref('aws_acm_certificate_validation.certificate_shop-example-com.certificate_arn'),
    );
  });

  test('for many names is in small letters, as AWS keeps it, and named without the star that ACM takes in no tag', () => {
    const { stack } = created({ domain: '*.Example.com' });
    expect(resources(stack, 'aws_acm_certificate')).toEqual({
      'certificate_any-example-com': expect.objectContaining({
        domain_name: '*.example.com',
        tags: { Name: 'any.example.com' },
      }),
    });
  });

  test('has its name lead to the balancer', () => {
    const { stack, bound } = created({ domain: 'shop.example.com' });
    expect(bound.host).toBe('shop.example.com');
    expect(resources(stack, 'aws_route53_record')['certificate_shop-example-com_alias']).toEqual({
      zone_id: 'Z1',
      name: 'shop.example.com',
      type: 'A',
      alias: { name: 'lb.example.net', zone_id: 'ZLB', evaluate_target_health: false },
    });
  });

  test.each([{ domain: 'shop.example.com', record: false }, { domain: '*.example.com' }])(
    'leads nowhere where that is not asked, or is of many names: %j',
    (options) => {
      const { stack, bound } = created(options);
      expect(bound.host).toBeUndefined();
      expect(Object.keys(resources(stack, 'aws_route53_record'))).toHaveLength(1);
    },
  );

  test.each([
    '',
    'shop',
    'shop.example.com.',
    'https://shop.example.com',
    'a..b',
    '-a.com',
    '*.*.com',
    `${'a.'.repeat(40)}com`,
  ])('refuses the domain %j', (domain) => {
    expect(refusal(() => Certificate.create({ domain, zoneId: 'Z1' }))).toEqual([
      'constructs.certificate',
      `'domain' is ${JSON.stringify(domain)}; give a name of at most 64 characters, such as 'shop.example.com'`,
    ]);
  });

  test('refuses a domain that only Terraform will know', () => {
    const domain = Token.asString({ resolve: () => 'shop.example.com' });
    expect(refusal(() => Certificate.create({ domain, zoneId: 'Z1' }))[0]).toBe('constructs.token');
  });

  test('refuses a record for many names', () => {
    expect(
      refusal(() => Certificate.create({ domain: '*.example.com', zoneId: 'Z1', record: true })),
    ).toEqual([
      'constructs.certificate',
      "'record' is true for '*.example.com', which is many names; leave it out and make the record of one yourself",
    ]);
  });

  test('refuses two for one name, which would both make its record', () => {
    const stack = newStack();
    const bind = () => Certificate.create({ domain: 'shop.example.com', zoneId: 'Z1' }).bind(stack, USE);
    bind();
    expect(refusal(bind)).toEqual([
      'constructs.certificate',
      "two certificates are created for 'shop.example.com'; create one and give it to both services",
    ]);
  });
});

function created(options: Partial<CreateCertificateOptions> & { domain: string }) {
  const stack = newStack();
  return { stack, bound: Certificate.create({ zoneId: 'Z1', ...options }).bind(stack, USE) };
}

function newStack(): TerraformStack {
  return new TerraformStack(Testing.app(), 'shop');
}
