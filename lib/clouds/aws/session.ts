import { readFileSync } from 'node:fs';
import { EBSClient } from '@aws-sdk/client-ebs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { KilnError, messageOf } from '../../errors';
import { ServerClock } from './server-clock';
import { type AwsTiming, DEFAULT_TIMING } from './timing';

/** With 100 ms a put, so many reach two thirds of the 1000 puts a second that a snapshot and an account may have. */
const WORKERS = 64;
/** Describing and registering go one after the other. */
const EC2_SOCKETS = 4;

export interface AwsSettings {
  /** @default - AWS_REGION, AWS_DEFAULT_REGION, then the profile's */
  readonly region?: string | undefined;
  /** Profile of the shared files. @default - AWS_PROFILE, then `default` */
  readonly profile?: string | undefined;
  /** @default - AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL_EBS, AWS_ENDPOINT_URL, then AWS' own */
  readonly endpoints?: { readonly ec2?: string | undefined; readonly ebs?: string | undefined } | undefined;
  /** Blocks under way at most, 0.5 MiB each. @default 64 */
  readonly workers?: number | undefined;
  readonly timing?: Partial<AwsTiming> | undefined;
}

/** The clients of one region, made here and nowhere else. */
export interface AwsSession {
  readonly region: string;
  readonly ebs: EBSClient;
  readonly ec2: EC2Client;
  readonly workers: number;
  readonly timing: AwsTiming;
  readonly clock: ServerClock;
  /** Lets go of all connections. */
  close(): void;
}

/**
 * Makes the clients; nothing is sent yet. Credentials come from the SDK's default chain (variables, profiles, SSO, web
 * identity, instance roles) when first needed. AWS_CA_BUNDLE is read here, because this SDK does not know it.
 *
 * @throws KilnError `aws.region` without a region, `aws.ca-bundle` where its file cannot be read
 */
export async function openAwsSession(settings: AwsSettings = {}): Promise<AwsSession> {
  // This SDK warns on stderr that Node 20 will be too old for a later one; this one is bundled, and libraries do not print.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { endpoints = {}, workers = WORKERS, profile } = settings;
  const timing = { ...DEFAULT_TIMING, ...settings.timing };
  const region = settings.region ?? (process.env.AWS_REGION || process.env.AWS_DEFAULT_REGION);
  const ca = readCaBundle(process.env.AWS_CA_BUNDLE);
  const common = {
    maxAttempts: 1,
    ...(region ? { region } : {}),
    ...(profile === undefined ? {} : { profile }),
  };
  const ebs = new EBSClient({
    ...common,
    ...endpointOf(endpoints.ebs),
    requestHandler: handler(workers, timing, ca),
  });
  const ec2 = new EC2Client({
    ...common,
    ...endpointOf(endpoints.ec2),
    requestHandler: handler(EC2_SOCKETS, timing, ca),
  });
  const clock = new ServerClock();
  listen(ebs as unknown as EC2Client, clock);
  listen(ec2, clock);
  const close = () => {
    ebs.destroy();
    ec2.destroy();
  };
  return { region: await regionOf(ec2), ebs, ec2, workers, timing, clock, close };
}

/**
 * Keeps the time of AWS' answers, and Node's errors whole: the SDK knows an error by its class, which is another realm's under
 * jest, and of those that it does not know it keeps no more than a text.
 */
function listen({ middlewareStack }: Pick<EC2Client, 'middlewareStack'>, clock: ServerClock): void {
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
function handler(maxSockets: number, timing: AwsTiming, ca: string | undefined): EBSClientHandler {
  return {
    connectionTimeout: timing.connectMs,
    socketTimeout: timing.readMs,
    httpAgent: { keepAlive: true, maxSockets },
    httpsAgent: { keepAlive: true, maxSockets, ...(ca === undefined ? {} : { ca }) },
  };
}

type EBSClientHandler = NonNullable<
  NonNullable<ConstructorParameters<typeof EBSClient>[0]>['requestHandler']
>;

function endpointOf(endpoint: string | undefined): { endpoint?: string } {
  return endpoint === undefined ? {} : { endpoint };
}

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
