/** Whose mistake an error is: the user's (mend the input) or the tool's (a fault to report). */
export type ErrorSource = 'user' | 'tool';

export interface KilnErrorOptions {
  /** Stable, machine-readable name such as `image.not-a-kernel`; callers branch on this, never on text. */
  readonly code: string;
  /** @default 'user' */
  readonly source?: ErrorSource;
  /** What to do about it, as one sentence for people. @default - the message says it all */
  readonly remedy?: string;
  /** Longer material such as a console's end, shown after the message. @default - none */
  readonly detail?: string;
  readonly cause?: unknown;
}

/** The one error that library code throws on purpose. Its message is lowercase and ends without a full stop. */
export class KilnError extends Error {
  readonly code: string;
  readonly source: ErrorSource;
  readonly remedy: string | undefined;
  readonly detail: string | undefined;

  constructor(message: string, options: KilnErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KilnError';
    this.code = options.code;
    this.source = options.source ?? 'user';
    this.remedy = options.remedy;
    this.detail = options.detail;
  }

  /** True for a `KilnError`, also one made by another copy of this package. */
  static is(error: unknown): error is KilnError {
    return error instanceof Error && error.name === 'KilnError' && 'code' in error;
  }
}

/** The text of anything thrown, for a message that must not itself throw. */
export function messageOf(error: unknown): string {
  // By shape, not by class: an error may come from another realm, as every one of the file system does under jest.
  const message = (error as Error | undefined)?.message;
  return typeof message === 'string' ? message : String(error);
}

/** The operating system's error code (`ENOENT`, `EADDRINUSE`), where there is one. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** True where a disk, or the user's share of it, is full. */
export function isOutOfSpace(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOSPC' || errno === 'EDQUOT';
}
