import { KilnError, messageOf } from '../../errors';
import { type Diagnostic, DiagnosticsError, pathText } from '../diagnostics';
import { type DiagnosticMessage, Severity } from '../protocol/messages';
import { pathToMessage } from './path';

const REPORT = 'This is a fault of the provider, not of your configuration. Please report it.';

/** What was going on when something was thrown. */
export interface Occasion {
  /** Such as `create toy_server`. */
  readonly what: string;
  readonly signal: AbortSignal;
}

/** Everything that is thrown becomes a diagnostic: a gRPC error would be shown as a crash of the plugin. */
export function diagnosticsOf(error: unknown, occasion: Occasion): readonly Diagnostic[] {
  if (error instanceof DiagnosticsError) return error.diagnostics;
  const reason: unknown = occasion.signal.reason;
  if (occasion.signal.aborted && (isAbort(error) || error === reason) && KilnError.is(reason)) {
    return [refusal(reason)];
  }
  if (KilnError.is(error)) return [refusal(error)];
  return [
    {
      severity: 'error',
      summary: `The provider failed to ${occasion.what}: ${firstLine(messageOf(error))}`,
      detail: `${REPORT}\n\n${error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error)}`,
    },
  ];
}

/** The path stops at the attribute: Terraform finds the source line of an attribute, and of nothing inside it. */
export function diagnosticToMessage(diagnostic: Diagnostic): DiagnosticMessage {
  const { path = [], detail = '' } = diagnostic;
  const place = path.length > 1 ? `At ${pathText(path)}.` : '';
  return {
    severity: Severity[diagnostic.severity],
    summary: diagnostic.summary,
    detail: [detail, place].filter((part) => part !== '').join('\n\n'),
    attribute: path.length > 0 ? pathToMessage(path.slice(0, 1)) : undefined,
  };
}

function refusal(error: KilnError): Diagnostic {
  const [first = '', ...rest] = error.message.split('\n');
  const detail = [
    rest.join('\n'),
    error.remedy === undefined ? '' : sentence(error.remedy),
    error.source === 'tool' ? REPORT : '',
    error.detail ?? '',
  ];
  return {
    severity: 'error',
    summary: capitalize(first),
    detail: detail.filter((part) => part !== '').join('\n\n'),
  };
}

function sentence(text: string): string {
  const stop = /[.!?:]$/.test(text) ? '' : '.';
  return `${capitalize(text)}${stop}`;
}

/** A first word that is a name, such as `toy_thing`, stays as it is. */
function capitalize(text: string): string {
  return text.replace(/^[a-z]+(?=[\s,:;']|$)/, (word) => word.charAt(0).toUpperCase() + word.slice(1));
}

/** By name, because such errors also come from other realms and from libraries with classes of their own. */
function isAbort(error: unknown): boolean {
  const name = (error as { name?: unknown } | null | undefined)?.name;
  return name === 'AbortError' || name === 'TimeoutError';
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
