import { broken, denied, expired, quotaReached, type Refusal, type Service, throttled } from './refusal';
import { ACCOUNT, type AwsAction } from './settings';

/**
 * `reset`: the connection is cut before any work. `hang`: the request is read and never answered. `lost-answer`: the work
 * is done, then the connection is cut. The others are error answers, and no work is done.
 */
export type FaultKind =
  | 'throttle'
  | '500'
  | '503'
  | 'reset'
  | 'hang'
  | 'lost-answer'
  | 'expired'
  | 'denied'
  | 'quota';

export interface Fault {
  /** Of any service that knows it, or of one: `iam:GetRole`. */
  readonly action: AwsAction | '*' | `${string}:${string}`;
  readonly kind: FaultKind;
  /** Which calls of the action it strikes, counted from 1 since the fault was set. @default 'always' */
  readonly when?: number | readonly number[] | 'always' | ((nth: number) => boolean);
}

/** The faults that were asked for. */
export class Faults {
  private readonly set: { readonly fault: Fault; seen: number }[] = [];

  add(fault: Fault): void {
    this.set.push({ fault, seen: 0 });
  }

  clear(): void {
    this.set.length = 0;
  }

  /** Counts the call, and names what strikes it. The fault that was set first wins. */
  strike(service: Service, action: string): FaultKind | undefined {
    let found: FaultKind | undefined;
    for (const entry of this.set) {
      if (!['*', action, `${service}:${action}`].includes(entry.fault.action)) continue;
      entry.seen++;
      if (strikes(entry.fault.when ?? 'always', entry.seen)) found ??= entry.fault.kind;
    }
    return found;
  }
}

/** The error answer that a fault stands for, if it is one. */
export function refusalOf(kind: FaultKind, service: Service, action: string): Refusal | undefined {
  switch (kind) {
    case 'throttle':
      return throttled(service);
    case '500':
      return broken(service, 500);
    case '503':
      return broken(service, 503);
    case 'expired':
      return expired(service);
    case 'denied':
      return denied(service, action, ACCOUNT);
    case 'quota':
      return quotaReached(service);
    default:
      return undefined;
  }
}

function strikes(when: NonNullable<Fault['when']>, nth: number): boolean {
  if (when === 'always') return true;
  if (typeof when === 'function') return when(nth);
  return typeof when === 'number' ? when === nth : when.includes(nth);
}
