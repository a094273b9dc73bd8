import { fail } from './run.mjs';
import { setUp, setUpOrFail } from './setup.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { checks, runChecks, runSuites } from './test-steps.mjs';

/** `npm test`: every check and every suite; later steps run even when earlier ones failed, so one run tells all. */
export async function runTests(jestArgs) {
  process.env.NODE_ENV = 'test';
  const failedSteps = [];
  await setUpOrFail({ build: false });
  try {
    ensureSystemPackages();
  } catch (error) {
    fail(error);
  }
  if (!(await built())) failedSteps.push('build');
  let tests;
  try {
    tests = await withServices(async (services) => {
      failedSteps.push(...(await runChecks(checks(await services.createEmptyDatabase()))));
      return runSuites(jestArgs);
    });
  } catch (error) {
    console.error(error);
    tests = { passed: 0, failed: 1, notes: ['the run ended early, see above'] };
  }
  report(failedSteps, tests);
}

/** PostgreSQL and Redis for the checks and the suites alike. */
async function withServices(work) {
  const { tsImport } = await import('tsx/esm/api');
  const { startTestServices } = await tsImport('../../test/support/services.ts', import.meta.url);
  const services = await startTestServices(process.env);
  try {
    return await work(services);
  } finally {
    await services.stop();
  }
}

async function built() {
  try {
    await setUp();
    return true;
  } catch (error) {
    console.log(`FAILED  build\n${error.message}`);
    return false;
  }
}

function report(failedSteps, tests) {
  console.log('');
  for (const name of failedSteps) console.log(`failed step: ${name}`);
  for (const note of tests.notes) console.log(`tests: ${note}`);
  const failed = tests.failed + failedSteps.length;
  if (failed > 0) process.exitCode = 1;
  console.log(`${tests.passed} passed, ${failed} failed`);
}
