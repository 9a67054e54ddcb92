import { setTimeout as sleep } from 'node:timers/promises';
import { KilnError } from '../errors';
import type { Machine } from './machine';
import type { Service } from './service';
import type { LogLine } from './wire';

export interface LogRequest {
  /** One instance only. @default - all */
  readonly instance?: string;
  /** Go on with what is added, and with instances that come. */
  readonly follow: boolean;
}

const LOOK_MS = 200;

/**
 * Hands out the consoles of a service's instances, line by line.
 * @throws KilnError `runtime.unknown-instance`
 */
export async function sendLogs(
  service: Service,
  request: LogRequest,
  onLine: (line: LogLine) => void,
  signal: AbortSignal,
): Promise<void> {
  const wanted = (name: string) => request.instance === undefined || name === request.instance;
  const names = service.fleet.all.map((keeper) => keeper.name);
  if (!request.follow && !names.some(wanted)) throw unknownInstance(request.instance, names);
  if (!request.follow) {
    for (const keeper of service.fleet.all.filter(({ name }) => wanted(name))) {
      const lines = new Lines(keeper.name, onLine);
      lines.add(await keeper.console());
      lines.end();
    }
    return;
  }
  const followed = new Set<Machine>();
  while (!signal.aborted && !service.isGone) {
    for (const { name, machine } of service.fleet.all) {
      if (!machine || !wanted(name) || followed.has(machine)) continue;
      followed.add(machine);
      void follow(machine, new Lines(name, onLine), signal);
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Until this boot ends, at once: the next one, which begins the file anew, is another machine. */
async function follow(machine: Machine, lines: Lines, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  void machine.ended.then(() => ended.abort());
  await machine
    .followConsole((text) => lines.add(text), AbortSignal.any([signal, ended.signal]))
    .catch(() => undefined);
  lines.end();
}

/** Cuts text into lines. */
class Lines {
  private rest = '';

  constructor(
    private readonly instance: string,
    private readonly onLine: (line: LogLine) => void,
  ) {}

  add(text: string): void {
    const parts = (this.rest + text).split('\n');
    this.rest = parts.pop() ?? '';
    for (const line of parts) this.onLine({ instance: this.instance, line });
  }

  end(): void {
    if (this.rest !== '') this.add('\n');
  }
}

function unknownInstance(instance: string | undefined, names: readonly string[]): KilnError {
  const known = names.length === 0 ? 'it has none' : `it has: ${names.join(', ')}`;
  const what = instance === undefined ? 'an instance' : `an instance '${instance}'`;
  return new KilnError(`the service has not ${what}; ${known}`, { code: 'runtime.unknown-instance' });
}
