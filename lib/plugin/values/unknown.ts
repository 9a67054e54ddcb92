/** The value that Terraform does not know yet: it comes from something that is not made yet. */
export class Unknown {
  private readonly brand = 'unknown';

  toString(): string {
    return `(${this.brand})`;
  }
}

/** The only instance of {@link Unknown}. */
export const UNKNOWN = new Unknown();

export function isUnknown(value: unknown): value is Unknown {
  return value === UNKNOWN;
}
