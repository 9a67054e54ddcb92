import { Lb } from '@cdktf/provider-aws/lib/lb';
import { LbListener } from '@cdktf/provider-aws/lib/lb-listener';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { KilnError } from '../../lib/errors';
import type { BalancedService, PublicReach } from './balanced-service';
import type { BalancerSpec } from './balancer';
import type { BoundNetwork } from './bound-network';
import { Firewall } from './firewall';
import { forwardTo } from './forward';
import { MAX_BALANCER_NAME } from './internal-balancer';
import { ListenerPorts } from './listener-ports';
import { awsName } from './names';
import { type PublicOptions, type ResolvedPublicOptions, resolvePublicOptions } from './public-options';
import { makeTargetGroups } from './target-groups';
import type { BoundCertificate, Certificate } from './tls';

/** TLS 1.3 and 1.2 with forward secrecy; what AWS itself recommends for both kinds of balancer. */
const SSL_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

const PORT_TAKEN = "give one of them another 'port' where it is exposed";

const HTTP = 80;

/** What the exposed services of a stack are reached through from outside. Below the stack as `PublicBalancer`. */
export class PublicBalancer extends Construct {
  private readonly resource: Lb;
  private readonly firewall: Firewall;
  private readonly ports = new ListenerPorts('the public balancer', PORT_TAKEN);
  private readonly certificates = new Map<Certificate, BoundCertificate>();
  private readonly reaches = new Map<string, { options: ResolvedPublicOptions; reach: PublicReach }>();
  private readonly name: string;

  constructor(
    scope: Construct,
    private readonly network: BoundNetwork,
    private readonly region: string,
    private readonly spec: BalancerSpec,
  ) {
    super(scope, 'PublicBalancer');
    this.name = `${TerraformStack.of(this).node.id}-public`;
    this.firewall = new Firewall(this, 'Firewall', {
      name: this.name,
      logicalId: 'balancer_public',
      vpcId: network.vpcId,
    });
    this.resource = this.makeResource();
    this.resource.overrideLogicalId('balancer_public');
  }

  /**
   * Makes a service reachable from outside. The same again changes nothing.
   * @throws KilnError `constructs.expose`, `constructs.balancer`, `constructs.certificate` or `constructs.network`
   */
  expose(service: BalancedService, options: PublicOptions): PublicReach {
    const resolved = resolvePublicOptions(service, options, this.spec.kind);
    const before = this.reaches.get(service.id);
    if (before !== undefined) return requireSame(service, before.options, resolved, before.reach);
    const reach = this.listenFor(service, resolved);
    this.reaches.set(service.id, { options: resolved, reach });
    return reach;
  }

  private listenFor(service: BalancedService, options: ResolvedPublicOptions): PublicReach {
    this.claimPorts(service, options);
    const { vpcId, identity } = this.network;
    const groups = makeTargetGroups(service, {
      side: 'public',
      balancer: this.spec.kind,
      vpcId,
      networkIdentity: identity,
    });
    const certificate = options.certificate && this.bindCertificate(options.certificate);
    const listener = this.addListener(service, options.port, groups, certificate);
    if (options.redirectHttp) this.addRedirect(service, options.port);
    service.securityGroup.allowFrom(this.firewall, service.port);
    return {
      endpoint: this.endpointOf(options.port, certificate),
      listenerArn: listener.arn,
      targetGroupArns: groups.map(({ arn }) => arn),
      dependsOn: [listener],
      requestLabels:
        this.spec.kind === 'application'
          ? groups.map(({ arnSuffix }) => `${this.resource.arnSuffix}/${arnSuffix}`)
          : undefined,
    };
  }

  private claimPorts(service: BalancedService, { port, redirectHttp, from }: ResolvedPublicOptions): void {
    for (const open of redirectHttp ? [port, HTTP] : [port]) {
      this.ports.claim(open, service);
      for (const cidr of from) this.firewall.allowFromRange(cidr, open);
    }
  }

  private addListener(
    service: BalancedService,
    port: number,
    groups: readonly LbTargetGroup[],
    certificate: BoundCertificate | undefined,
  ): LbListener {
    const plain = this.spec.kind === 'network' ? 'TCP' : 'HTTP';
    const secure = this.spec.kind === 'network' ? 'TLS' : 'HTTPS';
    const listener = new LbListener(service.construct, 'PublicListener', {
      loadBalancerArn: this.resource.arn,
      port,
      ...(certificate
        ? { protocol: secure, sslPolicy: SSL_POLICY, certificateArn: certificate.arn }
        : { protocol: plain }),
      ...forwardTo(groups),
      tags: this.tagsOf(service),
    });
    listener.overrideLogicalId(`${service.id}_public`);
    return listener;
  }

  private addRedirect(service: BalancedService, port: number): void {
    new LbListener(service.construct, 'RedirectListener', {
      loadBalancerArn: this.resource.arn,
      port: HTTP,
      protocol: 'HTTP',
      defaultAction: [
        { type: 'redirect', redirect: { port: `${port}`, protocol: 'HTTPS', statusCode: 'HTTP_301' } },
      ],
      tags: this.tagsOf(service),
    }).overrideLogicalId(`${service.id}_redirect`);
  }

  private bindCertificate(certificate: Certificate): BoundCertificate {
    const bound =
      this.certificates.get(certificate) ??
      certificate.bind(this, {
        region: this.region,
        dnsName: this.resource.dnsName,
        dnsZoneId: this.resource.zoneId,
      });
    this.certificates.set(certificate, bound);
    return bound;
  }

  private endpointOf(port: number, certificate: BoundCertificate | undefined): string {
    const scheme = certificate ? 'https' : 'http';
    const own = certificate ? 443 : HTTP;
    const host = certificate?.host ?? this.resource.dnsName;
    return `${scheme}://${host}${port === own ? '' : `:${port}`}`;
  }

  private tagsOf(service: BalancedService) {
    return { Name: `${TerraformStack.of(this).node.id}-${service.id}` };
  }

  private makeResource(): Lb {
    const { kind, deletionProtection, http2, idleTimeoutS } = this.spec;
    const { subnets, dependsOn } = this.network.publicSubnets();
    if (kind === 'application' && subnets.length < 2) {
      throw new KilnError(
        `'publicSubnets' names ${subnets.length}, and an application balancer is in at least two zones; name another one, or ` +
          'take Balancer.network()',
        { code: 'constructs.balancer' },
      );
    }
    return new Lb(this, 'Resource', {
      name: awsName([this.name], MAX_BALANCER_NAME),
      internal: false,
      loadBalancerType: kind,
      securityGroups: [this.firewall.id],
      subnets: subnets.map(({ id }) => id),
      enableDeletionProtection: deletionProtection,
      ...(kind === 'network'
        ? { enableCrossZoneLoadBalancing: true }
        : { enableHttp2: http2, idleTimeout: idleTimeoutS, dropInvalidHeaderFields: true }),
      tags: { Name: this.name },
      dependsOn,
    });
  }
}

function requireSame(
  service: BalancedService,
  before: ResolvedPublicOptions,
  now: ResolvedPublicOptions,
  reach: PublicReach,
): PublicReach {
  const same =
    before.port === now.port &&
    before.certificate === now.certificate &&
    before.redirectHttp === now.redirectHttp &&
    before.from.join() === now.from.join();
  if (same) return reach;
  throw new KilnError(
    `'${service.construct.node.path}' is already exposed, on port ${before.port}, and now again with other options, on ` +
      `port ${now.port}; expose it once`,
    { code: 'constructs.expose' },
  );
}
