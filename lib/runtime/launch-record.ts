import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import writeAtomic from 'write-file-atomic';
import { KilnError, messageOf } from '../errors';
import { readJsonIfAny } from '../io/files';
import { Port, parseWith, ServiceSpec } from '../spec';
import type { LaunchRecord } from './machine';

const Schema = v.strictObject({
  name: v.string(),
  service: v.string(),
  revision: v.string(),
  spec: ServiceSpec,
  hostPort: Port,
  startedAt: v.string(),
  restarts: v.number(),
  pid: v.nullable(v.number()),
  pidStartTime: v.nullable(v.string()),
});

/** A record that cannot be read, kept under another name. */
export interface DamagedRecord {
  readonly keptAs: string;
  readonly reason: string;
}

export function recordFile(folder: string): string {
  return join(folder, 'instance.json');
}

/** Not synced to the disk: it must survive this process, and when the machine goes down its instance is gone too. */
export async function writeRecord(folder: string, record: LaunchRecord): Promise<void> {
  await writeAtomic(recordFile(folder), `${JSON.stringify(record, null, 2)}\n`, {
    mode: 0o600,
    fsync: false,
  });
}

/** The record in a folder; undefined where there is none. A damaged one is moved aside. */
export async function readRecord(folder: string): Promise<LaunchRecord | DamagedRecord | undefined> {
  const path = recordFile(folder);
  try {
    const json = await readJsonIfAny(path);
    return json === undefined ? undefined : parseWith(Schema, json, 'launch record');
  } catch (error) {
    if (!KilnError.is(error)) throw error;
    const keptAs = `${path}.damaged`;
    await rename(path, keptAs);
    return { keptAs, reason: messageOf(error) };
  }
}

export function isDamaged(record: LaunchRecord | DamagedRecord): record is DamagedRecord {
  return 'keptAs' in record;
}

/** The record that an instance's own environment carries (see `INSTANCE_VARIABLE`); undefined when it is not one. */
export function recordFrom(text: string | undefined): LaunchRecord | undefined {
  try {
    return text === undefined ? undefined : parseWith(Schema, JSON.parse(text), 'launch record');
  } catch {
    return undefined;
  }
}

/** Where QEMU's environment holds its record, so that the process alone tells what it is. */
export const INSTANCE_VARIABLE = 'KILN_INSTANCE';
