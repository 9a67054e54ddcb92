import { KilnError } from '../../errors';
import type { AnyDataSource, AnyProvider, AnyResource, CallContext, Logger } from '../definition';
import type { Diagnostic } from '../diagnostics';
import type { DiagnosticMessage } from '../protocol/messages';
import { diagnosticsOf, diagnosticToMessage } from './failure';

/** What a call came to: its value, unless it failed, and what to tell the user. */
export interface Outcome<T> {
  readonly value: T | undefined;
  readonly failed: boolean;
  readonly diagnostics: readonly DiagnosticMessage[];
}

export interface CallOptions {
  /** What is being done, for messages: `create toy_server`. */
  readonly what: string;
  /** @default - no limit */
  readonly timeoutMs?: number | undefined;
}

/** One connection of Terraform's: a provider, perhaps configured, and the calls it has under way. */
export class Session {
  private configured: { readonly meta: unknown } | undefined;
  private readonly stopping = new AbortController();

  constructor(
    readonly provider: AnyProvider,
    readonly log: Logger,
  ) {}

  /** Aborts every call under way and every later one. */
  stop(reason: KilnError): void {
    this.stopping.abort(reason);
  }

  configure(meta: unknown): void {
    this.configured = { meta };
  }

  get meta(): unknown {
    if (this.configured !== undefined || this.provider.configure === undefined) return this.configured?.meta;
    throw new KilnError('the provider was asked for work before it was configured', {
      code: 'plugin.not-configured',
      source: 'tool',
    });
  }

  findResource(typeName: string): AnyResource {
    return findByName(this.provider.resources, typeName, 'resource');
  }

  findDataSource(typeName: string): AnyDataSource {
    return findByName(this.provider.dataSources ?? {}, typeName, 'data source');
  }

  /** Runs one call. Whatever it throws is in the outcome. */
  async run<T>(options: CallOptions, work: (ctx: CallContext) => Promise<T> | T): Promise<Outcome<T>> {
    const warnings: Diagnostic[] = [];
    const abort = new AbortController();
    const stop = () => abort.abort(this.stopping.signal.reason);
    this.stopping.signal.addEventListener('abort', stop);
    if (this.stopping.signal.aborted) stop();
    const timer = startTimer(options, abort);
    try {
      const value = await work({
        signal: abort.signal,
        log: this.log,
        warn: (warning) => warnings.push({ ...warning, severity: 'warning' }),
      });
      return { value, failed: false, diagnostics: warnings.map(diagnosticToMessage) };
    } catch (error) {
      this.log.debug(`failed to ${options.what}`, { error: String(error) });
      const errors = diagnosticsOf(error, { what: options.what, signal: abort.signal });
      return {
        value: undefined,
        failed: true,
        diagnostics: [...warnings, ...errors].map(diagnosticToMessage),
      };
    } finally {
      clearTimeout(timer);
      this.stopping.signal.removeEventListener('abort', stop);
    }
  }
}

function startTimer(options: CallOptions, abort: AbortController): NodeJS.Timeout | undefined {
  const { what, timeoutMs } = options;
  if (timeoutMs === undefined) return undefined;
  const error = new KilnError(`gave up to ${what}: it took longer than ${timeoutMs / 1000} s`, {
    code: 'plugin.timeout',
  });
  return setTimeout(() => abort.abort(error), timeoutMs);
}

function findByName<T>(all: Readonly<Record<string, T>>, name: string, kind: string): T {
  const found = Object.hasOwn(all, name) ? all[name] : undefined;
  if (found !== undefined) return found;
  throw new KilnError(`there is no ${kind} '${name}'; there are ${Object.keys(all).join(', ') || 'none'}`, {
    code: 'plugin.unknown-type',
  });
}
