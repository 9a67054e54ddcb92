import { Refusal } from './refusal';

/** Reads the flattened parameters of the EC2 query protocol: `Filter.1.Value.2=x`. */
export class Query {
  constructor(private readonly entries: ReadonlyMap<string, string>) {}

  static parse(body: string): Query {
    const entries = new Map<string, string>();
    for (const [key, value] of new URLSearchParams(body)) {
      if (entries.has(key)) throw new Refusal('MalformedQueryString', `The parameter ${key} is given twice`);
      entries.set(key, value);
    }
    return new Query(entries);
  }

  keys(): string[] {
    return [...this.entries.keys()];
  }

  text(name: string): string | undefined {
    return this.entries.get(name);
  }

  required(name: string): string {
    const value = this.text(name);
    if (value) return value;
    throw new Refusal('MissingParameter', `The request must contain the parameter ${name}`);
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value === 'true' || value === 'false') return value === 'true';
    throw new Refusal(
      'InvalidParameterValue',
      `Value (${value}) for parameter ${name} is invalid. Expected a boolean`,
    );
  }

  number(name: string): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new Refusal(
      'InvalidParameterValue',
      `Value (${value}) for parameter ${name} is invalid. Expected a number`,
    );
  }

  /** One of a closed set of words. */
  oneOf(name: string, words: readonly string[]): string | undefined {
    const value = this.text(name);
    if (value === undefined || words.includes(value)) return value;
    throw new Refusal(
      'InvalidParameterValue',
      `Value (${value}) for parameter ${name} is invalid. Expected ${words}`,
    );
  }

  texts(name: string): string[] {
    return this.indexes(name).map((index) => this.required(`${name}.${index}`));
  }

  /** One per member of a list of structures, with the member's own names. */
  members(name: string): Query[] {
    return this.indexes(name).map((index) => {
      const prefix = `${name}.${index}.`;
      const own = [...this.entries].filter(([key]) => key.startsWith(prefix));
      return new Query(new Map(own.map(([key, value]) => [key.slice(prefix.length), value])));
    });
  }

  /** The members of a structure, by their own names. */
  under(name: string): Query {
    const own = [...this.entries].filter(([key]) => key.startsWith(`${name}.`));
    return new Query(new Map(own.map(([key, value]) => [key.slice(name.length + 1), value])));
  }

  /** This one's parameters, and those of the other whose first part is not among them. */
  over(other: Query): Query {
    const first = (key: string) => key.split('.')[0] as string;
    const given = new Set(this.keys().map(first));
    const rest = [...other.entries].filter(([key]) => !given.has(first(key)));
    return new Query(new Map([...rest, ...this.entries]));
  }

  has(prefix: string): boolean {
    return this.keys().some((key) => key === prefix || key.startsWith(`${prefix}.`));
  }

  tags(name: string): [string, string][] {
    return this.members(name).map((tag) => [tag.required('Key'), tag.text('Value') ?? '']);
  }

  /** Lists count from 1 without gaps. */
  private indexes(name: string): number[] {
    const found = this.keys().flatMap((key) => {
      const match = key.startsWith(`${name}.`) ? /^(\d+)(\.|$)/.exec(key.slice(name.length + 1)) : null;
      return match ? [Number(match[1])] : [];
    });
    const indexes = [...new Set(found)].sort((a, b) => a - b);
    if (indexes.every((index, place) => index === place + 1)) return indexes;
    throw new Refusal('InvalidParameter', `The members of ${name} are not numbered from 1: ${indexes}`);
  }
}
