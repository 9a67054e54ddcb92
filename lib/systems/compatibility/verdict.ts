export type Verdict = 'yes' | 'no' | 'unknown';

/** Why not, or why only perhaps. */
export interface Ground {
  /** What the image is like, without the platform, for a footnote that many cells share. */
  readonly short: string;
  /** With what the platform has instead. */
  readonly full: string;
}

const RANK: Readonly<Record<Verdict, number>> = { no: 0, unknown: 1, yes: 2 };

/** True when `a` is worse news than `b`. */
export function worse(a: Verdict, b: Verdict): boolean {
  return RANK[a] < RANK[b];
}

/** The worst of several. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
  return verdicts.reduce((worst, one) => (worse(one, worst) ? one : worst), 'yes');
}
