import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerAutoscaling } from './aws-fake/autoscaling/answer';
import { answerElb } from './aws-fake/balancing/answer';
import type { AwsCall, Behind, Claimed } from './aws-fake/call';
import { answerEbs } from './aws-fake/ebs';
import { answerEc2 } from './aws-fake/ec2';
import { type Fault, Faults, refusalOf } from './aws-fake/faults';
import type { Query } from './aws-fake/query';
import { Rates } from './aws-fake/rates';
import { type Answer, broken, Refusal, renderRefusal, type Service } from './aws-fake/refusal';
import {
  type AutoscalingAction,
  type AwsAction,
  type Ec2Action,
  type ElbAction,
  type Settings,
  type World,
  worldOf,
} from './aws-fake/settings';
import { FakeSetup } from './aws-fake/setup';
import { checkSignature, scopeOf } from './aws-fake/signature';
import type { SignedRequest } from './aws-fake/sigv4';
import type { State } from './aws-fake/state';
import { findTarget, type Target } from './aws-fake/target';

export type { FaultKind } from './aws-fake/faults';
export type { Behaviour, RunningGuest } from './aws-fake/fleet/model';
export { LAUNCH_ERRORS } from './aws-fake/fleet/model';
export type { AwsAction } from './aws-fake/settings';
export type { GroupInput, TargetGroupInput } from './aws-fake/setup';

export interface AwsFakeOptions extends Settings {
  readonly faults?: readonly Fault[];
}

/** EBS direct, EC2, Auto Scaling and Elastic Load Balancing on one port, as far as Kiln and its resources need them. */
export async function startAwsFake(options: AwsFakeOptions = {}): Promise<AwsFake> {
  const fake = new AwsFake(worldOf(options));
  for (const fault of options.faults ?? []) fake.fault(fault);
  await fake.listen();
  return fake;
}

export class AwsFake extends FakeSetup {
  /** In the order of their arrival. */
  readonly calls: AwsCall[] = [];
  private readonly faults = new Faults();
  private readonly rates: Rates;
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((request, response) => void this.serve(request, response));
  private readonly inFlight = new Map<AwsAction, { now: number; peak: number }>();

  constructor(
    world: World,
    private readonly behind?: Behind,
  ) {
    super(world);
    this.rates = new Rates(world.quotas);
    this.server.keepAliveTimeout = 60_000;
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  listen(): Promise<void> {
    this.engine.start();
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  /** The endpoint of all services. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get region(): string {
    return this.world.region;
  }

  /** What makes an SDK's default chain come here; for a child process. */
  get env(): Record<string, string> {
    const key = this.world.accessKeyId ?? 'AKIAKILNTEST';
    return {
      AWS_ACCESS_KEY_ID: key,
      AWS_SECRET_ACCESS_KEY: this.world.secretAccessKey ?? 'secret',
      AWS_REGION: this.region,
      AWS_ENDPOINT_URL: this.url,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  fault(fault: Fault): void {
    this.faults.add(fault);
  }

  clearFaults(): void {
    this.faults.clear();
  }

  /** How often an action was called, whatever the answer. */
  count(action: AwsAction): number {
    return this.calls.filter((call) => call.action === action).length;
  }

  /** The most calls of an action that were under way at once. */
  peak(action: AwsAction): number {
    return this.inFlight.get(action)?.peak ?? 0;
  }

  /** Cuts every connection, also those left hanging. */
  async stop(): Promise<void> {
    this.engine.stop();
    await Promise.all(this.launched().map(({ guest }) => guest?.stop()));
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(message).catch(() => undefined);
    if (!body) return;
    const { method = '', headers } = message;
    const request = { method, url: new URL(message.url ?? '/', this.url), headers, body };
    const claimed = this.behind?.claim(request);
    const target = claimed ? undefined : findTarget(serviceOf(request), method, request.url.pathname, body);
    const call = this.note(claimed ?? (target as Target), target?.action, body.length);
    if (call.fault === 'hang') return;
    if (call.fault === 'reset') {
      message.socket.destroy();
      return;
    }
    const answer = await this.answer(call, () =>
      claimed ? this.pass(request, claimed, call) : this.work(request, target as Target, call),
    );
    if (call.fault === 'lost-answer') {
      message.socket.destroy();
      return;
    }
    call.status = answer.status;
    if (!claimed && typeof answer.body === 'string') call.answer = answer.body;
    response.writeHead(answer.status, {
      ...answer.headers,
      // What it says of times is by its own clock.
      date: new Date(this.clock.now).toUTCString(),
      'content-length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
  }

  private note(
    { service, action: named, parameters }: Claimed | Target,
    action: AwsAction | undefined,
    bytes: number,
  ): AwsCall {
    const fault = named && this.faults.strike(service, named);
    const name = named && `${service}:${named}`;
    const call: AwsCall = {
      service,
      action,
      name,
      parameters,
      bytes,
      fault: fault || undefined,
      status: 0,
      error: undefined,
      answer: undefined,
    };
    this.calls.push(call);
    return call;
  }

  private async answer(call: AwsCall, work: () => Promise<Answer>): Promise<Answer> {
    const { service, action } = call;
    const leave = action && this.enter(action);
    try {
      if (action) await this.waitAsTold(action);
      return await work();
    } catch (error) {
      const refusal = error instanceof Refusal ? error : broken(service, 500);
      call.error = refusal.code;
      // Its text: what an SDK throws is of another realm, and no warning then, but the end of the request.
      if (!(error instanceof Refusal)) process.emitWarning((error as Error).stack ?? String(error));
      return renderRefusal(service, refusal, randomUUID());
    } finally {
      leave?.();
    }
  }

  private async pass(request: SignedRequest, claimed: Claimed, call: AwsCall): Promise<Answer> {
    const struck = call.fault && refusalOf(call.fault, claimed.service, claimed.action);
    if (struck) throw struck;
    const answer = await (this.behind as Behind).answer(request, claimed);
    if (answer.status >= 400) call.error = /<Code>([^<]+)|"__type": ?"([^"]+)/.exec(String(answer.body))?.[1];
    return answer;
  }

  private async waitAsTold(action: AwsAction): Promise<void> {
    const { latencyMs, together } = this.world;
    while (this.server.listening && this.peak(action) < (together[action] ?? 0)) await sleep(5);
    await sleep(latencyMs[action] ?? 0);
  }

  private async work(request: SignedRequest, target: Target, { fault }: AwsCall): Promise<Answer> {
    const { service, action } = target;
    checkSignature(request, service, this.world);
    if (target.refusal) throw target.refusal;
    const struck = fault && action && refusalOf(fault, service, action);
    if (struck) throw struck;
    if (action) this.rates.check(service, action);
    const { url, headers, body } = request;
    const state = this.states.get(scopeOf(headers.authorization)?.region ?? this.region) as State;
    await this.behind?.prepare(target, state);
    if (target.ebs) return answerEbs(state, target.ebs, { headers, query: url.searchParams, body });
    return answerQuery(state, target, randomUUID());
  }

  private enter(action: AwsAction): () => void {
    const counter = this.inFlight.get(action) ?? { now: 0, peak: 0 };
    this.inFlight.set(action, counter);
    counter.now++;
    counter.peak = Math.max(counter.peak, counter.now);
    return () => {
      counter.now--;
    };
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The path tells EBS direct; the others have one path, and are told by what the request is signed for. */
function serviceOf({ url, headers }: SignedRequest): Service {
  if (url.pathname.startsWith('/snapshots')) return 'ebs';
  const signedFor = scopeOf(headers.authorization)?.service;
  return signedFor === 'autoscaling' || signedFor === 'elasticloadbalancing' ? signedFor : 'ec2';
}

function answerQuery(state: State, { service, action, query }: Target, requestId: string): Answer {
  if (service === 'autoscaling') {
    return answerAutoscaling(state, action as AutoscalingAction, query as Query, requestId);
  }
  if (service === 'elasticloadbalancing')
    return answerElb(state, action as ElbAction, query as Query, requestId);
  return answerEc2(state, action as Ec2Action, query as Query, requestId);
}
