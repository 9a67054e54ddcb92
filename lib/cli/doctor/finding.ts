import { KilnError, messageOf } from '../../errors';

/** `missing`: nothing works without it; `warning`: works, but worse, or something rarely used does not. */
export type FindingState = 'ok' | 'warning' | 'missing';

/** What was found of one thing that Kiln needs. */
export interface Finding {
  readonly name: string;
  readonly state: FindingState;
  /** What there is, or what is wrong. */
  readonly found: string;
  /** What to do about it, exactly. */
  readonly remedy: string | null;
}

export function ok(name: string, found: string): Finding {
  return { name, state: 'ok', found, remedy: null };
}

export function warning(name: string, found: string, remedy: string | null): Finding {
  return { name, state: 'warning', found, remedy };
}

export function missing(name: string, found: string, remedy: string | null): Finding {
  return { name, state: 'missing', found, remedy };
}

/** A check that throws has found something missing. */
export async function finding(name: string, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    return missing(name, messageOf(error), KilnError.is(error) ? (error.remedy ?? null) : null);
  }
}
