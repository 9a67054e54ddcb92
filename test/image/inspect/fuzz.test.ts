import { fuzzInput, fuzzOne } from '../../helpers/fuzz-images';

// The long runs were of the last three, the million of the last two: npx tsx scripts/fuzz-inspect.ts --runs 1000000 --seed 11
const SEEDS = [1, 7, 11, 2026];
const RUNS = 500;

test.each(SEEDS)(
  'mutated and random files end in an answer or a KilnError, and read little: seed %i',
  (seed) => {
    const outcomes = new Set<string>();
    for (let run = 0; run < RUNS; run += 1) {
      try {
        outcomes.add(fuzzOne(fuzzInput(seed, run)).outcome);
      } catch (error) {
        throw new Error(
          `run ${run} of seed ${seed}: npx tsx scripts/fuzz-inspect.ts --seed ${seed} --only ${run}`,
          {
            cause: error,
          },
        );
      }
    }
    // The inputs reach the readers, and their refusals.
    for (const outcome of ['elf64', 'mbr-disk', 'qcow2', 'image.damaged', 'image.truncated']) {
      expect(outcomes).toContain(outcome);
    }
  },
);

test('an input can be made again from its numbers', () => {
  for (const run of [0, 7, 4711]) expect(fuzzInput(9, run)).toEqual(fuzzInput(9, run));
  expect(fuzzInput(9, 1).bytes.equals(fuzzInput(9, 2).bytes)).toBe(false);
});
