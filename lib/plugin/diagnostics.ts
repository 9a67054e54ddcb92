/** Where in a value: attribute names, list indexes, map keys. */
export type ValuePath = readonly (string | number)[];

/** Something to tell the user of Terraform. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** One line: what is wrong. */
  readonly summary: string;
  /** Why, and how to mend it. @default - none */
  readonly detail?: string;
  /** The attribute it is about. @default - the whole resource */
  readonly path?: ValuePath;
}

/** Thrown to give several diagnostics, or one with a path. */
export class DiagnosticsError extends Error {
  constructor(readonly diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((diagnostic) => diagnostic.summary).join('; '));
    this.name = 'DiagnosticsError';
  }

  static at(path: ValuePath, summary: string, detail?: string): DiagnosticsError {
    return new DiagnosticsError([
      { severity: 'error', summary, path, ...(detail === undefined ? {} : { detail }) },
    ]);
  }
}

/** `disks[1].size`, `tags["a b"]`. */
export function pathText(path: ValuePath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
