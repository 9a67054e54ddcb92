import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What became of the requests so far. */
export interface LoadReport {
  readonly sent: number;
  readonly failed: number;
  /** Answers by the version that gave them. */
  readonly byVersion: ReadonlyMap<string, number>;
  /** Failures by what went wrong. */
  readonly failures: ReadonlyMap<string, number>;
  /** The longest wait for an answer, in ms. */
  readonly slowestMs: number;
}

/**
 * Steady load on one endpoint: half of the clients keep their connection, half make one for each request. Every request
 * is counted, and none is tried again.
 */
export class SteadyLoad {
  private running = true;
  private sent = 0;
  private failed = 0;
  private slowestMs = 0;
  private readonly byVersion = new Map<string, number>();
  private readonly failures = new Map<string, number>();
  private readonly clients: Promise<void>[];

  constructor(
    private readonly url: string,
    options: { readonly clients: number; readonly pauseMs: number },
  ) {
    this.clients = Array.from({ length: options.clients }, (_, index) =>
      this.client(new Agent({ keepAlive: index % 2 === 0, maxSockets: 1 }), options.pauseMs),
    );
  }

  report(): LoadReport {
    const { sent, failed, byVersion, failures, slowestMs } = this;
    return { sent, failed, byVersion: new Map(byVersion), failures: new Map(failures), slowestMs };
  }

  async stop(): Promise<LoadReport> {
    this.running = false;
    await Promise.all(this.clients);
    return this.report();
  }

  private async client(agent: Agent, pauseMs: number): Promise<void> {
    while (this.running) {
      this.sent++;
      const start = performance.now();
      try {
        const version = await this.request(agent);
        this.byVersion.set(version, (this.byVersion.get(version) ?? 0) + 1);
      } catch (error) {
        this.failed++;
        const what = error instanceof Error ? error.message : String(error);
        this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
      }
      this.slowestMs = Math.max(this.slowestMs, performance.now() - start);
      await sleep(pauseMs);
    }
    agent.destroy();
  }

  private request(agent: Agent): Promise<string> {
    return new Promise((resolve, reject) => {
      const request = get(this.url, { agent, timeout: 10_000 }, (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          body += text;
        });
        response.on('error', reject);
        response.on('end', () => {
          const version = /version=(\S+)/.exec(body)?.[1];
          if (response.statusCode === 200 && version) resolve(version);
          else reject(new Error(`status ${response.statusCode}`));
        });
      });
      request.on('timeout', () => request.destroy(new Error('no answer within 10 s')));
      request.on('error', reject);
    });
  }
}
