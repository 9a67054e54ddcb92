/** Tests run on the sources: swc strips the types, `npm run lint` checks them. */
const construct =
  process.env.KILN_TEST_CDK === 'cdktn'
    ? { '^cdktf$': 'cdktn', '^@cdktf/provider-aws(/.*)?$': '@cdktn/provider-aws$1' }
    : {};

module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  moduleNameMapper: {
    '^kiln-cdk$': '<rootDir>/constructs/index.ts',
    '^kiln-cdk/stacks$': '<rootDir>/stacks/index.ts',
    '^kiln-cdk/aws$': '<rootDir>/stacks/aws.ts',
    '^kiln-cdk/testing$': '<rootDir>/constructs/testing/index.ts',
    ...construct,
  },
  globalSetup: '<rootDir>/test/helpers/global-setup.ts',
  globalTeardown: '<rootDir>/test/helpers/global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/test/helpers/setup.ts'],
  // Real QEMU guests under emulation: a test waits for what it needs, and this is only the outer fence.
  testTimeout: 60_000,
  // By default jest leaves a core free, which on two means one worker; most tests wait for guests, clouds and processes.
  maxWorkers: 3,
};
