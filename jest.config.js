/**
 * Node loads suites and sources itself, in processes that begin with this module. Set here it reaches Jest's worker processes,
 * and a memory limit for workers keeps Jest from running tests outside of them: so `npx jest test/queue` works as it is.
 */
const FLAG = `--import ${new URL('test/support/jest/register.mjs', import.meta.url).href}`;
const options = process.env.NODE_OPTIONS ?? '';
if (!options.includes(FLAG)) process.env.NODE_OPTIONS = `${options} ${FLAG} --no-warnings`.trim();

/** Types are stripped, not checked: their errors are the type checker's business. */
export default {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {},
  testEnvironment: '<rootDir>/test/support/jest/environment.mjs',
  testRunner: '<rootDir>/test/support/jest/runner.mjs',
  runner: '<rootDir>/test/support/two-lanes.mjs',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  workerIdleMemoryLimit: '1GB',
  // More than anything takes by itself: suites run beside each other.
  testTimeout: 60_000,
};
