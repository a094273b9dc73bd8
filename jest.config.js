/**
 * Jest runs ES modules only in processes with this flag. Set here it reaches Jest's worker processes, and a memory
 * limit for workers keeps Jest from running tests outside of them: so `npx jest test/queue` works as it is.
 */
const FLAG = '--experimental-vm-modules';
const options = process.env.NODE_OPTIONS ?? '';
if (!options.includes(FLAG)) process.env.NODE_OPTIONS = `${options} ${FLAG} --no-warnings`.trim();

/** Runs TypeScript as native ES modules through swc; type errors are the type checker's business. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  moduleNameMapper: { '^(\\.{1,2}/.*)(?<!\\.json)\\.js$': '$1' },
  runner: '<rootDir>/test/support/two-lanes.mjs',
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  workerIdleMemoryLimit: '1GB',
  // More than anything takes by itself: suites run beside each other.
  testTimeout: 60_000,
};
