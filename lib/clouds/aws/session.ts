import { readFileSync } from 'node:fs';
import type { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import type { ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { KilnError, messageOf } from '../../errors';
import { httpsProxy } from './proxy';
import { ServerClock } from './server-clock';
import { type AwsTiming, DEFAULT_TIMING } from './timing';

/** With 100 ms a put, so many reach two thirds of the 1000 puts a second that a snapshot and an account may have. */
const WORKERS = 64;
/** Describing and registering go one after the other. */
const EC2_SOCKETS = 4;

/** URLs instead of AWS' own. */
export interface AwsEndpoints {
  readonly ec2?: string | undefined;
  readonly ebs?: string | undefined;
  readonly autoscaling?: string | undefined;
  readonly elbv2?: string | undefined;
}

export interface AwsSettings {
  /** @default - AWS_REGION, AWS_DEFAULT_REGION, then the profile's */
  readonly region?: string | undefined;
  /** Profile of the shared files. @default - AWS_PROFILE, then `default` */
  readonly profile?: string | undefined;
  /**
   * @default - AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL_EBS, AWS_ENDPOINT_URL_AUTO_SCALING,
   * AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2, AWS_ENDPOINT_URL, then AWS' own
   */
  readonly endpoints?: AwsEndpoints | undefined;
  /** Blocks under way at most, 0.5 MiB each. @default 64 */
  readonly workers?: number | undefined;
  readonly timing?: Partial<AwsTiming> | undefined;
}

/** The clients of one region, made here and nowhere else. */
export interface AwsSession {
  readonly region: string;
  readonly ebs: EBSClient;
  readonly ec2: EC2Client;
  /** Loaded and made when first asked for: only rollouts and retention need it. */
  autoscaling(): Promise<AutoScalingClient>;
  /** The same for load balancers. */
  elb(): Promise<ElasticLoadBalancingV2Client>;
  readonly workers: number;
  readonly timing: AwsTiming;
  readonly clock: ServerClock;
  /** Lets go of all connections. */
  close(): void;
}

/**
 * Makes the clients; nothing is sent yet. Credentials come from the SDK's default chain (variables, profiles, SSO, web
 * identity, instance roles) when first needed. AWS_CA_BUNDLE, HTTPS_PROXY and NO_PROXY are read here, because this SDK does not
 * know them.
 *
 * @throws KilnError `aws.region` without a region, `aws.ca-bundle` where its file cannot be read, `aws.proxy`
 */
export async function openAwsSession(settings: AwsSettings = {}): Promise<AwsSession> {
  // This SDK warns on stderr that Node 20 will be too old for a later one; this one is bundled, and libraries do not print.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { endpoints = {}, workers = WORKERS, profile } = settings;
  const timing = { ...DEFAULT_TIMING, ...settings.timing };
  const region = settings.region ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION);
  const handler = await handlers(timing);
  const common = {
    maxAttempts: 1,
    ...(region ? { region } : {}),
    ...(profile === undefined ? {} : { profile }),
  };
  const clock = new ServerClock();
  const clients: Closable[] = [];
  const settingsFor = (endpoint: string | undefined, sockets: number) => ({
    ...common,
    ...(endpoint === undefined ? {} : { endpoint }),
    requestHandler: handler(sockets),
  });
  const keep = <T extends Closable>(client: T): T => {
    listen(client, clock);
    clients.push(client);
    return client;
  };
  const ebs = keep(new EBSClient(settingsFor(endpoints.ebs, workers)));
  const ec2 = keep(new EC2Client(settingsFor(endpoints.ec2, EC2_SOCKETS)));
  const autoscaling = once(async () => {
    const { AutoScalingClient } = await import('./autoscaling-client');
    return keep(new AutoScalingClient(settingsFor(endpoints.autoscaling, EC2_SOCKETS)));
  });
  const elb = once(async () => {
    const { ElasticLoadBalancingV2Client } = await import('./elb-client');
    return keep(new ElasticLoadBalancingV2Client(settingsFor(endpoints.elbv2, EC2_SOCKETS)));
  });
  const close = () => {
    for (const client of clients) client.destroy();
  };
  return { region: await regionOf(ec2), ebs, ec2, autoscaling, elb, workers, timing, clock, close };
}

interface Closable {
  readonly middlewareStack: unknown;
  destroy(): void;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * Keeps the time of AWS' answers, and Node's errors whole: the SDK knows an error by its class, which is another realm's under
 * jest, and of those that it does not know it keeps no more than a text.
 */
function listen(client: Closable, clock: ServerClock): void {
  const { middlewareStack } = client as Pick<EC2Client, 'middlewareStack'>;
  middlewareStack.add(
    (next) => async (args) => {
      try {
        const result = await next(args);
        clock.heard((result.response as { headers?: Record<string, string> }).headers?.date);
        return result;
      } catch (error) {
        throw error instanceof Error ? error : Object.assign(new Error(messageOf(error)), error);
      }
    },
    { step: 'deserialize', priority: 'low', name: 'listen' },
  );
}

/** As many sockets as requests at a time; the SDK's 50 would let the others wait unseen, against their own time limit. */
async function handlers({ connectMs, readMs }: AwsTiming): Promise<(maxSockets: number) => RequestHandler> {
  const ca = readCaBundle(process.env.AWS_CA_BUNDLE);
  const proxy = httpsProxy();
  const { ProxyAgent } = proxy === undefined ? {} : await import('./proxy-agent');
  return (maxSockets) => {
    const http = { keepAlive: true, maxSockets };
    const https = { ...http, ...(ca === undefined ? {} : { ca }) };
    return {
      connectionTimeout: connectMs,
      socketTimeout: readMs,
      httpAgent: http,
      httpsAgent: proxy && ProxyAgent ? new ProxyAgent(proxy, https) : https,
    };
  };
}

type RequestHandler = NonNullable<NonNullable<ConstructorParameters<typeof EBSClient>[0]>['requestHandler']>;

function readCaBundle(path: string | undefined): string | undefined {
  if (!path) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new KilnError(`AWS_CA_BUNDLE names ${path}, which cannot be read: ${messageOf(cause)}`, {
      code: 'aws.ca-bundle',
      remedy: 'Name a file of certificates in PEM, or unset the variable.',
      cause,
    });
  }
}

async function regionOf(client: EC2Client): Promise<string> {
  let region: string | undefined;
  let cause: unknown;
  try {
    region = await client.config.region();
  } catch (error) {
    cause = error;
  }
  if (region && /^[a-z0-9]+(-[a-z0-9]+)+$/.test(region)) return region;
  const problem = region
    ? `${JSON.stringify(region)} is not the name of an AWS region`
    : 'no AWS region is given, by the provider, AWS_REGION or the profile';
  throw new KilnError(problem, {
    code: 'aws.region',
    remedy: "Name one, such as eu-west-1, in the provider's aws block, or set AWS_REGION.",
    ...(cause === undefined ? {} : { cause }),
  });
}
