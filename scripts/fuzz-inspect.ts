// Mutated and random files against the readers of images: npx tsx scripts/fuzz-inspect.ts --runs 1000000 --seed 1
// One input again, with its bytes written to a file: npx tsx scripts/fuzz-inspect.ts --seed 1 --only 4711
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fuzzInput, fuzzOne, MOST_CPU_MS } from '../test/helpers/fuzz-images';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const runs = Number(values.runs);

interface Figures {
  readonly outcomes: Map<string, number>;
  worst: { ms: number; run: number };
  mostRead: { bytes: number; run: number };
  failures: number;
}

function one(run: number, figures: Figures): void {
  const input = fuzzInput(seed, run);
  const before = process.cpuUsage();
  let outcome: string;
  try {
    const found = fuzzOne(input);
    outcome = found.outcome;
    if (found.bytesRead > figures.mostRead.bytes) figures.mostRead = { bytes: found.bytesRead, run };
  } catch (error) {
    outcome = 'FAILED';
    figures.failures += 1;
    console.log(`run ${run} failed: ${(error as Error).stack}`);
  }
  // Processor time: a machine that does other work as well makes any wall time long.
  const { user, system } = process.cpuUsage(before);
  const ms = (user + system) / 1000;
  if (ms > figures.worst.ms) figures.worst = { ms, run };
  if (ms > MOST_CPU_MS) {
    figures.failures += 1;
    console.log(`run ${run} took ${ms.toFixed(0)} ms of processor time`);
  }
  figures.outcomes.set(outcome, (figures.outcomes.get(outcome) ?? 0) + 1);
}

function all(): Figures {
  const figures: Figures = {
    outcomes: new Map(),
    worst: { ms: 0, run: 0 },
    mostRead: { bytes: 0, run: 0 },
    failures: 0,
  };
  const start = performance.now();
  for (let run = 0; run < runs; run += 1) {
    one(run, figures);
    if ((run + 1) % 100_000 === 0) console.log(`${run + 1} runs, ${figures.failures} failures`);
  }
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage();
  const percent = (count: number) => `${((100 * count) / runs).toFixed(2)} %`;
  console.log(
    `\nseed ${seed}: ${runs} runs in ${seconds.toFixed(0)} s, ${(runs / seconds).toFixed(0)} per second`,
  );
  console.log(`processor time ${((cpu.user + cpu.system) / 1e6).toFixed(0)} s`);
  console.log(`worst processor time of one ${figures.worst.ms.toFixed(1)} ms (run ${figures.worst.run})`);
  console.log(`most read ${(figures.mostRead.bytes / 2 ** 20).toFixed(1)} MiB (run ${figures.mostRead.run})`);
  console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
  for (const [outcome, count] of [...figures.outcomes].sort((a, b) => b[1] - a[1])) {
    console.log(`  ${outcome.padEnd(26)} ${String(count).padStart(8)}  ${percent(count)}`);
  }
  return figures;
}

if (values.only === undefined) process.exitCode = all().failures === 0 ? 0 : 1;
else {
  const input = fuzzInput(seed, Number(values.only));
  const file = `fuzz-${seed}-${values.only}.img`;
  writeFileSync(file, input.bytes);
  console.log(`${file}: ${input.bytes.length} bytes, said to be ${input.size}`);
  console.log(fuzzOne(input));
}
