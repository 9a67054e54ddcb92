/** What Terraform found wrong, as its JSON output has it. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  readonly summary: string;
  readonly detail: string;
  /** The resource that it is about. */
  readonly address: string | undefined;
}

export interface ResourceHook {
  readonly address: string;
  readonly type: string;
  /** `create`, `update`, `delete`, `read` and others. */
  readonly action: string;
  readonly elapsedSeconds: number;
}

/**
 * A line of `terraform plan -json` or `apply -json`, as far as we read it.
 * Source: developer.hashicorp.com/terraform/internals/machine-readable-ui.
 */
export type TerraformMessage =
  | { readonly kind: 'diagnostic'; readonly diagnostic: Diagnostic }
  | { readonly kind: 'started' | 'going-on' | 'done' | 'failed'; readonly resource: ResourceHook }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'other' };

const HOOKS: Readonly<Record<string, 'started' | 'going-on' | 'done' | 'failed'>> = {
  apply_start: 'started',
  apply_progress: 'going-on',
  apply_complete: 'done',
  apply_errored: 'failed',
};

/** Reads one line; a line that is not JSON is text that Terraform could not say otherwise. */
export function readMessage(line: string): TerraformMessage {
  const message = tryParse(line);
  if (!message) return line.trim() === '' ? { kind: 'other' } : { kind: 'text', text: line };
  const hook = HOOKS[String(message.type)];
  if (hook) return { kind: hook, resource: readHook(message.hook) };
  return message.type === 'diagnostic'
    ? { kind: 'diagnostic', diagnostic: readDiagnostic(message.diagnostic) }
    : { kind: 'other' };
}

type Fields = Readonly<Record<string, unknown>>;

function tryParse(line: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

function readHook(value: unknown): ResourceHook {
  const hook = (value ?? {}) as Fields;
  const resource = (hook.resource ?? {}) as Fields;
  return {
    address: String(resource.addr ?? ''),
    type: String(resource.resource_type ?? ''),
    action: String(hook.action ?? ''),
    elapsedSeconds: Number(hook.elapsed_seconds ?? 0),
  };
}

function readDiagnostic(value: unknown): Diagnostic {
  const diagnostic = (value ?? {}) as Fields;
  return {
    severity: diagnostic.severity === 'warning' ? 'warning' : 'error',
    summary: String(diagnostic.summary ?? ''),
    detail: String(diagnostic.detail ?? ''),
    address: typeof diagnostic.address === 'string' ? diagnostic.address : undefined,
  };
}
