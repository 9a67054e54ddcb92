import { listWords } from '../device';

const HOW_MANY = 3;

/** The known names that are nearest to one that is not, newer ones first, for a message. */
export function closeTo(name: string, known: readonly string[]): string {
  const byDistance = known.map((one) => ({ one, distance: distance(name, one) }));
  byDistance.sort((a, b) => a.distance - b.distance || (a.one > b.one ? -1 : 1));
  return listWords(byDistance.slice(0, HOW_MANY).map(({ one }) => one));
}

/** Levenshtein's, where another first letter counts as much as two others: it is another kind of machine. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return (row[b.length] ?? 0) + (a[0] === b[0] ? 0 : 1);
}
