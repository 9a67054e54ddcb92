import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';

/** What came of a load. */
export interface LoadReport {
  readonly answered: number;
  /** What each lost request ended with. */
  readonly failures: readonly string[];
  /** Every answer that was seen, and how often. */
  readonly answers: ReadonlyMap<string, number>;
}

/** Clients that send one request after the other, half of them on connections they keep, until stopped. */
export class Load {
  private readonly agent = new Agent({ keepAlive: true });
  private readonly workers: Promise<void>[];
  private readonly failures: string[] = [];
  private readonly answers = new Map<string, number>();
  private answered = 0;
  private stopped = false;

  constructor(
    private readonly url: string,
    clients = 4,
  ) {
    this.workers = Array.from({ length: clients }, (_, number) => this.work(number % 2 === 0));
  }

  async stop(): Promise<LoadReport> {
    this.stopped = true;
    await Promise.all(this.workers);
    this.agent.destroy();
    return { answered: this.answered, failures: this.failures, answers: this.answers };
  }

  private async work(keep: boolean): Promise<void> {
    while (!this.stopped) {
      try {
        const answer = await fetchText(this.url, keep ? this.agent : false);
        this.answered++;
        this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
      } catch (error) {
        this.failures.push(String(error));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }
}

export async function fetchText(url: string, agent: Agent | false = false): Promise<string> {
  const request = get(url, { agent });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}
