import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

export interface Reference {
  readonly shape: string;
  readonly location?: string;
  readonly locationName?: string;
  readonly queryName?: string;
}

interface Operation {
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input?: Reference;
  readonly output?: Reference & { readonly resultWrapper?: string };
}

export interface Shape {
  readonly type: string;
  readonly members?: Readonly<Record<string, Reference>>;
  readonly member?: Reference;
  readonly payload?: string;
}

/** A service's own model. */
export interface Model {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

/** The services' own models come with Python's botocore, which no package list of ours installs; undefined without it. */
export const MODELS = findModels();

export function loadModel(service: string): Model {
  const folder = join(MODELS as string, service);
  const version = readdirSync(folder).sort().at(-1) as string;
  return JSON.parse(gunzipSync(readFileSync(join(folder, version, 'service-2.json.gz'))).toString());
}

/**
 * The names of a request's parameters, `N` for an index: in EC2's protocol lists are flat and names begin with a capital
 * letter, in the query protocol a list's members are under `member`.
 */
export function parameterNames(model: Model, action: string, protocol: 'ec2' | 'query'): string[] {
  const { input } = model.operations[action] as Operation;
  return input ? flatten(model, input.shape, protocol, '') : [];
}

function flatten(model: Model, name: string, protocol: 'ec2' | 'query', prefix: string): string[] {
  const shape = model.shapes[name];
  if (shape?.type === 'list') {
    const place = protocol === 'ec2' ? `${prefix}.N` : `${prefix}.member.N`;
    return flatten(model, (shape.member as Reference).shape, protocol, place);
  }
  if (shape?.type === 'map') return [`${prefix}.entry.N.key`, `${prefix}.entry.N.value`];
  if (shape?.type !== 'structure') return [prefix];
  return Object.entries(shape.members ?? {}).flatMap(([member, reference]) => {
    const plain = reference.locationName ?? member;
    const own = protocol === 'ec2' ? (reference.queryName ?? capital(plain)) : plain;
    return flatten(model, reference.shape, protocol, prefix ? `${prefix}.${own}` : own);
  });
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function findModels(): string | undefined {
  try {
    const code = 'import botocore, os; print(os.path.dirname(botocore.__file__))';
    const found = execFileSync('python3', ['-c', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    return join(found.toString().trim(), 'data');
  } catch {
    return undefined;
  }
}
