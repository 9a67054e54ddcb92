import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EBS_SHAPES, EC2_PARAMETERS } from '../../helpers/aws-fake/parameters';
import { EBS_ACTIONS, EC2_ACTIONS } from '../../helpers/aws-fake/settings';

interface Reference {
  readonly shape: string;
  readonly location?: string;
  readonly locationName?: string;
  readonly queryName?: string;
}

interface Model {
  readonly operations: Readonly<
    Record<
      string,
      { readonly http: { readonly method: string; readonly requestUri: string }; readonly input: Reference }
    >
  >;
  readonly shapes: Readonly<
    Record<
      string,
      {
        readonly type: string;
        readonly members?: Readonly<Record<string, Reference>>;
        readonly member?: Reference;
        readonly payload?: string;
      }
    >
  >;
}

/** The services' own models come with Python's botocore, which no package list of ours installs. */
const data = findModels();
const described = data === undefined ? test.skip : test;
if (data === undefined)
  process.stderr.write("skipped: comparing the fake with the services' models needs botocore\n");

described.each(EC2_ACTIONS)('%s takes the parameters of its model', (action) => {
  const model = load('ec2');
  const { taken, untaken } = EC2_PARAMETERS[action];
  const parameters = flatten(model, (model.operations[action] as Model['operations'][string]).input.shape);
  const known = parameters.filter(
    (name) => !untaken.some((one) => name === one || name.startsWith(`${one}.`)),
  );
  expect([...taken].sort()).toEqual(known.sort());
  expect(untaken.filter((one) => !parameters.some((name) => `${name}.`.startsWith(`${one}.`)))).toEqual([]);
});

described.each(EBS_ACTIONS)('%s has the shape of its model', (action) => {
  const model = load('ebs');
  const { http, input } = model.operations[action] as Model['operations'][string];
  const shape = model.shapes[input.shape];
  const members = Object.entries(shape?.members ?? {}).filter(([name]) => name !== shape?.payload);
  const at = (place: string | undefined) =>
    members
      .flatMap(([name, { location, locationName }]) => (location === place ? [locationName ?? name] : []))
      .sort();
  const { method, path, header, query, body } = EBS_SHAPES[action];
  expect({
    method,
    path,
    header: [...header].sort(),
    query: [...query].sort(),
    body: [...body].sort(),
  }).toEqual({
    method: http.method,
    path: http.requestUri,
    header: at('header'),
    query: at('querystring'),
    body: at(undefined),
  });
});

function findModels(): string | undefined {
  try {
    const code = 'import botocore, os; print(os.path.dirname(botocore.__file__))';
    return join(
      execFileSync('python3', ['-c', code], { stdio: ['ignore', 'pipe', 'ignore'] })
        .toString()
        .trim(),
      'data',
    );
  } catch {
    return undefined;
  }
}

function load(service: string): Model {
  const folder = join(data as string, service);
  const version = readdirSync(folder).sort().at(-1) as string;
  return JSON.parse(gunzipSync(readFileSync(join(folder, version, 'service-2.json.gz'))).toString());
}

/** The names of the EC2 query protocol: lists are always flat, names begin with a capital letter. */
function flatten(model: Model, name: string, prefix = ''): string[] {
  const shape = model.shapes[name];
  if (shape?.type === 'list') return flatten(model, (shape.member as Reference).shape, `${prefix}.N`);
  if (shape?.type !== 'structure') return [prefix];
  return Object.entries(shape.members ?? {}).flatMap(([member, reference]) => {
    const own = reference.queryName ?? capital(reference.locationName ?? member);
    return flatten(model, reference.shape, prefix ? `${prefix}.${own}` : own);
  });
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
