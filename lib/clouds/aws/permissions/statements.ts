import type { Grant, Target } from './grant';

type Condition = Record<string, Record<string, string | string[]>>;

/** One statement, with its members in the order that IAM's own documents have. */
export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Condition;
}

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

interface Gathered {
  readonly name: string;
  readonly actions: Set<string>;
  readonly resources: Set<string>;
  readonly condition: Map<string, Map<string, Set<string>>>;
}

/** Puts grants on targets of one name into one statement; the same grants give the same bytes, in whatever order. */
export function statementsOf(grants: readonly Grant[]): PolicyStatement[] {
  const gathered = new Map<string, Gathered>();
  for (const { actions, on } of grants) {
    if (actions.length === 0) continue;
    const one = gathered.get(on.name) ?? start(on);
    gathered.set(on.name, one);
    for (const action of actions) one.actions.add(action);
    for (const resource of on.resources) one.resources.add(resource);
    addCondition(one, on);
  }
  return [...gathered.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map(toStatement);
}

/** The characters that count against IAM's limits: all but white space. */
export function sizeOf(document: PolicyDocument): number {
  return JSON.stringify(document).length;
}

/** Documents of at most `limit` characters each; a statement is never taken apart. */
export function splitPolicy(statements: readonly PolicyStatement[], limit: number): PolicyDocument[] {
  const documents: PolicyStatement[][] = [];
  for (const statement of statements) {
    const last = documents.at(-1);
    if (last && sizeOf(documentOf([...last, statement])) <= limit) last.push(statement);
    else documents.push([statement]);
  }
  return documents.map(documentOf);
}

export function documentOf(statements: readonly PolicyStatement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements };
}

function start({ name }: Target): Gathered {
  return { name, actions: new Set(), resources: new Set(), condition: new Map() };
}

function addCondition({ condition }: Gathered, target: Target): void {
  for (const [operator, keys] of Object.entries(target.condition ?? {})) {
    const known = condition.get(operator) ?? new Map<string, Set<string>>();
    condition.set(operator, known);
    for (const [key, values] of Object.entries(keys)) {
      const all = known.get(key) ?? new Set<string>();
      known.set(key, all);
      for (const value of [values].flat()) all.add(value);
    }
  }
}

function toStatement({ name, actions, resources, condition }: Gathered): PolicyStatement {
  const conditions = [...condition].map(([operator, keys]) => {
    const values = [...keys].map(([key, all]) => [key, oneOrAll(all)] as const);
    return [operator, Object.fromEntries(values)] as const;
  });
  return {
    Sid: name,
    Effect: 'Allow',
    Action: oneOrAll(actions),
    Resource: oneOrAll(resources),
    ...(conditions.length === 0 ? {} : { Condition: Object.fromEntries(conditions) as Condition }),
  };
}

function oneOrAll(values: ReadonlySet<string>): string | string[] {
  const [only, ...others] = [...values].sort();
  return only !== undefined && others.length === 0 ? only : [...values].sort();
}
