import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import writeAtomic from 'write-file-atomic';
import { errnoOf, KilnError, messageOf } from '../errors';
import { readJsonIfAny } from '../io/files';
import type { RolloutProgress } from '../rollout';
import { Port, parseWith, ServiceName, ServiceSpec } from '../spec';
import { whyUnwritable } from './home';

const FORMAT_VERSION = 1;

const nullableNumber = v.nullable(v.number());

const Progress = v.strictObject({
  kind: v.picklist(['update', 'scale']),
  direction: v.picklist(['forward', 'back']),
  serves: v.picklist(['all', 'old', 'new']),
  step: v.number(),
  reachedAt: nullableNumber,
  best: nullableNumber,
  bestAt: v.number(),
  problem: v.nullable(
    v.strictObject({
      kind: v.picklist(['crashed', 'health-timeout', 'became-unhealthy', 'stalled', 'cancelled']),
      instance: v.nullable(v.string()),
    }),
  ),
}) satisfies v.GenericSchema<RolloutProgress>;

const Failure = v.strictObject({
  instance: v.nullable(v.string()),
  reason: v.string(),
  console: v.nullable(v.string()),
  rolledBack: v.boolean(),
});

const Rollout = v.strictObject({
  /** The deploy that asked for it; one that lost its stream finds it again by this. */
  requestId: v.string(),
  target: ServiceSpec,
  progress: Progress,
  failure: v.nullable(Failure),
  /** It ended without going back: what it left waits for the next deploy. */
  halted: v.boolean(),
});
export type RolloutState = v.InferOutput<typeof Rollout>;

const State = v.strictObject({
  formatVersion: v.literal(FORMAT_VERSION),
  name: ServiceName,
  /** Null where it is not known: rebuilt from its instances. Whoever deploys it next owns it. */
  owner: v.nullable(v.string()),
  /** What last became healthy; null until the first deploy has. */
  spec: v.nullable(ServiceSpec),
  rollout: v.nullable(Rollout),
  /** The port that `hostPort: 'auto'` got, kept while the service lives. */
  autoPort: v.nullable(Port),
  /** Restarts by instance. */
  restarts: v.record(v.string(), v.number()),
  deleting: v.boolean(),
  /** Digest before the present one: its image is kept for going back. */
  previousDigest: v.nullable(v.string()),
  /** The last deploy that succeeded. */
  doneRequestId: v.nullable(v.string()),
  /** What people should know of this service until its next deploy. */
  notices: v.array(v.string()),
});
/** Everything of a service that must survive the daemon. */
export type ServiceState = v.InferOutput<typeof State>;

export function newState(name: string, owner: string | null): ServiceState {
  return {
    formatVersion: FORMAT_VERSION,
    name,
    owner,
    spec: null,
    rollout: null,
    autoPort: null,
    restarts: {},
    deleting: false,
    previousDigest: null,
    doneRequestId: null,
    notices: [],
  };
}

/** A state file that could not be read, kept under another name. */
export interface CorruptState {
  readonly service: string;
  readonly keptAs: string;
  readonly reason: string;
}

/** Desired state on disk: one file per service, replaced as a whole. */
export class StateStore {
  constructor(private readonly folder: string) {}

  /** Reads all; what cannot be read is set aside and reported. */
  async load(): Promise<{ readonly states: ServiceState[]; readonly corrupt: CorruptState[] }> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const states: ServiceState[] = [];
    const corrupt: CorruptState[] = [];
    for (const file of await readdir(this.folder)) {
      // What write-file-atomic leaves when it dies is NAME.json.NUMBER.
      if (/\.json\.\d+$/.test(file)) await rm(join(this.folder, file), { force: true });
      if (!file.endsWith('.json')) continue;
      const name = file.slice(0, -'.json'.length);
      try {
        states.push(await this.read(name));
      } catch (error) {
        corrupt.push({ service: name, keptAs: await this.setAside(name), reason: messageOf(error) });
      }
    }
    return { states, corrupt };
  }

  /** @throws KilnError `runtime.state`; the file is then as it was */
  async save(state: ServiceState): Promise<void> {
    try {
      await writeAtomic(this.file(state.name), `${JSON.stringify(state, null, 1)}\n`, { mode: 0o600 });
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** @throws KilnError `runtime.state` */
  async delete(name: string): Promise<void> {
    try {
      await rm(this.file(name), { force: true });
    } catch (error) {
      throw this.failed(error);
    }
  }

  private async read(name: string): Promise<ServiceState> {
    const state = parseWith(State, await readJsonIfAny(this.file(name)), 'state file');
    if (state.name === name) return state;
    throw new KilnError(`it is about '${state.name}'`, { code: 'runtime.state' });
  }

  private async setAside(name: string): Promise<string> {
    const taken = new Set(await readdir(this.folder));
    let number = 1;
    while (taken.has(`${name}.json.corrupt-${number}`)) number++;
    const keptAs = `${this.file(name)}.corrupt-${number}`;
    await rename(this.file(name), keptAs);
    return keptAs;
  }

  private file(name: string): string {
    return join(this.folder, `${name}.json`);
  }

  private failed(error: unknown): KilnError {
    const full = ['ENOSPC', 'EDQUOT'].includes(errnoOf(error) ?? '');
    return new KilnError(
      `the runtime's state cannot be written to '${this.folder}': ${whyUnwritable(error)}`,
      {
        code: 'runtime.state',
        remedy: full ? 'Free some space and deploy again.' : 'Make the folder writable and deploy again.',
        cause: error,
      },
    );
  }
}
