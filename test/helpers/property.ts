import fc from 'fast-check';

/** The same examples in every run, unless others are asked for: `KILN_TEST_SEED=$RANDOM npx jest test/plugin`. */
fc.configureGlobal({ seed: Number(process.env.KILN_TEST_SEED ?? 20_261_123) });

export default fc;
