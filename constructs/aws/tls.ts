import { AcmCertificate } from '@cdktf/provider-aws/lib/acm-certificate';
import { AcmCertificateValidation } from '@cdktf/provider-aws/lib/acm-certificate-validation';
import { Route53Record } from '@cdktf/provider-aws/lib/route53-record';
import { Token } from 'cdktf';
import { Construct } from 'constructs';
import { KilnError } from '../../lib/errors';
import { checkKnown } from '../checks';

export interface CreateCertificateOptions {
  /** Name that it is for, such as `shop.example.com` or `*.example.com`. */
  readonly domain: string;
  /** Hosted zone of Route 53 that the name is in, such as `Z0123456789ABCDEFGHIJ`; may be a token. */
  readonly zoneId: string;
  /** Whether the name leads to the balancer, by a record in that zone. @default - true, unless the name has a `*` */
  readonly record?: boolean;
}

/** The balancer that a certificate is for. */
export interface CertificateUse {
  readonly region: string;
  readonly dnsName: string;
  readonly dnsZoneId: string;
}

/** A certificate as a listener uses it. */
export interface BoundCertificate {
  /** Token where it is created, and then one that waits until it is valid. */
  readonly arn: string;
  /** Name that leads to the balancer and that the certificate is for; undefined where Kiln knows of none. */
  readonly host: string | undefined;
}

/** `arn:aws:acm:REGION:ACCOUNT:certificate/ID`; certificates of IAM are of no region. */
const ACM_ARN = /^arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate\/[\w-]+$/;
const IAM_ARN = /^arn:aws[a-z-]*:iam::\d{12}:server-certificate\/.+$/;

const DOMAIN = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** ACM's limit for the first name of a certificate. */
const MAX_DOMAIN = 64;

/** What TLS is done with. */
export class Certificate {
  /**
   * A certificate that is there already: of ACM, in the stack's region, or of IAM.
   * @param arn may be a token, whose region only AWS can check
   * @throws KilnError `constructs.certificate`
   */
  static fromArn(arn: string): Certificate {
    if (!Token.isUnresolved(arn) && !ACM_ARN.test(arn) && !IAM_ARN.test(arn)) {
      throw refusal(
        `the ARN of a certificate is ${JSON.stringify(arn)}; give one such as ` +
          "'arn:aws:acm:eu-central-1:123456789012:certificate/0123abcd-...'",
      );
    }
    return new Certificate((_, { region }) => {
      checkRegion(arn, region);
      return { arn, host: undefined };
    });
  }

  /**
   * A certificate of ACM for a name in a zone of Route 53, where a record proves that it is yours. The name leads to the
   * balancer then, and is in the endpoint.
   * @throws KilnError `constructs.certificate` or `constructs.token`
   */
  static create(options: CreateCertificateOptions): Certificate {
    checkKnown('domain', options.domain, 'it is part of the endpoint');
    const domain = options.domain.toLowerCase();
    if (!DOMAIN.test(domain) || domain.length > MAX_DOMAIN) {
      throw refusal(
        `'domain' is ${JSON.stringify(options.domain)}; give a name of at most ${MAX_DOMAIN} characters, such as 'shop.example.com'`,
      );
    }
    const { record = !domain.startsWith('*') } = options;
    if (record && domain.startsWith('*')) {
      throw refusal(
        `'record' is true for '${domain}', which is many names; leave it out and make the record of one yourself`,
      );
    }
    return new Certificate(
      (scope, use) => new CreatedCertificate(scope, { ...options, domain, record }, use),
    );
  }

  private constructor(private readonly binder: (scope: Construct, use: CertificateUse) => BoundCertificate) {}

  /**
   * Makes what there is to make of it below a balancer.
   * @throws KilnError `constructs.certificate` for one of another region
   * @internal called by the balancer, once
   */
  bind(scope: Construct, use: CertificateUse): BoundCertificate {
    return this.binder(scope, use);
  }
}

class CreatedCertificate extends Construct implements BoundCertificate {
  readonly arn: string;
  readonly host: string | undefined;

  constructor(scope: Construct, options: Required<CreateCertificateOptions>, use: CertificateUse) {
    const { domain, zoneId, record } = options;
    const name = `certificate_${domain.replace('*', 'any').replaceAll('.', '-')}`;
    if (scope.node.tryFindChild(name)) {
      throw refusal(`two certificates are created for '${domain}'; create one and give it to both services`);
    }
    super(scope, name);
    const certificate = new AcmCertificate(this, 'Resource', {
      domainName: domain,
      validationMethod: 'DNS',
      // ACM takes no star in a tag.
      tags: { Name: domain.replace('*', 'any') },
      // A listener holds the old one until it has the new one.
      lifecycle: { createBeforeDestroy: true },
    });
    certificate.overrideLogicalId(name);
    const proof = certificate.domainValidationOptions.get(0);
    const proofRecord = new Route53Record(this, 'Proof', {
      zoneId,
      name: proof.resourceRecordName,
      type: proof.resourceRecordType,
      records: [proof.resourceRecordValue],
      ttl: 300,
      // Another certificate for the same name is proved by the very same record.
      allowOverwrite: true,
    });
    proofRecord.overrideLogicalId(name);
    const validation = new AcmCertificateValidation(this, 'Validation', {
      certificateArn: certificate.arn,
      validationRecordFqdns: [proofRecord.fqdn],
    });
    validation.overrideLogicalId(name);
    this.arn = validation.certificateArn;
    this.host = record ? domain : undefined;
    if (record) this.leadTo(use, domain, zoneId, `${name}_alias`);
  }

  private leadTo(
    { dnsName, dnsZoneId }: CertificateUse,
    domain: string,
    zoneId: string,
    logicalId: string,
  ): void {
    new Route53Record(this, 'Alias', {
      zoneId,
      name: domain,
      type: 'A',
      alias: { name: dnsName, zoneId: dnsZoneId, evaluateTargetHealth: false },
    }).overrideLogicalId(logicalId);
  }
}

function checkRegion(arn: string, region: string): void {
  const [, own] = ACM_ARN.exec(arn) ?? [];
  if (own === undefined || Token.isUnresolved(region) || own === region) return;
  throw refusal(
    `the certificate '${arn}' is in '${own}', and the stack in '${region}', whose balancers take certificates of their own ` +
      'region only; request or import it there',
  );
}

function refusal(message: string): KilnError {
  return new KilnError(message, { code: 'constructs.certificate' });
}
