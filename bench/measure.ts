import { spawnSync } from 'node:child_process';

/** Middle of the values; the mean of the two middle ones where their number is even. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN];
  return (low + high) / 2;
}

export type Candidate = () => number | Promise<number>;

/**
 * Medians of several candidates, measured in turn (A B A B …), so that a machine that slows down slows them alike.
 * Each returns its own figure. One round before is not counted.
 */
export async function interleaved(
  candidates: Readonly<Record<string, Candidate>>,
  rounds: number,
): Promise<Record<string, { median: number; min: number; max: number }>> {
  const figures = Object.fromEntries(Object.keys(candidates).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(candidates)) {
      const figure = await measure();
      if (round > 0) figures[name]?.push(figure);
    }
  }
  return Object.fromEntries(
    Object.entries(figures).map(([name, values]) => [
      name,
      { median: median(values), min: Math.min(...values), max: Math.max(...values) },
    ]),
  );
}

/** Wall time of a program in ms; throws when it fails. */
export function timeProgram(
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): number {
  const [program, ...args] = words as [string, ...string[]];
  const start = performance.now();
  const result = spawnSync(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    maxBuffer: 256 * 1024 * 1024,
    encoding: 'utf8',
  });
  const elapsed = performance.now() - start;
  if (result.error) throw result.error;
  if (result.status !== 0)
    throw new Error(`${words.join(' ')} ended with ${result.status}\n${result.stderr}${result.stdout}`);
  return elapsed;
}

/** `12.3`, `1,234`. */
export function figure(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });
}

/** Prints a heading and rows in columns, the first to the left. */
export function report(
  heading: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ');
  console.log(`\n${heading}\n${line(columns)}`);
  for (const row of rows) console.log(line(row));
}

/** The machine's own settings change what is measured. */
export function cleanEnvironment(): void {
  delete process.env.TF_CLI_CONFIG_FILE;
  delete process.env.NODE_EXTRA_CA_CERTS;
}
