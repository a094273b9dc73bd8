import { quickSuites } from './quick-suites.mjs';
import { fail } from './run.mjs';
import { setUp, setUpOrFail } from './setup.mjs';
import { ensureSystemPackages } from './system-packages.mjs';
import { checks, runChecks, runSuites } from './test-steps.mjs';

const QUICK = '--quick';

/**
 * `npm test`: every check and every suite; later steps run even when earlier ones failed, so one run tells all. With
 * `--quick` only the suites that need nothing but a processor, and one for each module.
 */
export async function runTests(args) {
  process.env.NODE_ENV = 'test';
  await setUpOrFail({ build: false });
  try {
    ensureSystemPackages();
  } catch (error) {
    fail(error);
  }
  const jestArgs = args.filter((arg) => arg !== QUICK);
  const run = args.includes(QUICK) ? runQuick : runEverything;
  let outcome;
  try {
    outcome = await withServices((services) => run(jestArgs, services));
  } catch (error) {
    console.error(error);
    outcome = { failedSteps: [], tests: { passed: 0, failed: 1, notes: ['the run ended early, see above'] } };
  }
  report(outcome);
}

/** The checks come first and have the processors to themselves: beside the suites they would make servers answer late. */
async function runEverything(jestArgs, services) {
  const failedBuild = (await built()) ? [] : ['build'];
  const failedChecks = await runChecks(checks(await services.createEmptyDatabase()));
  const tests = await runSuites(jestArgs);
  return { failedSteps: [...failedBuild, ...failedChecks], tests };
}

async function runQuick(jestArgs) {
  const chosen = ['--runTestsByPath', ...quickSuites()];
  return { failedSteps: [], tests: await runSuites(jestArgs, chosen) };
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

function report({ failedSteps, tests }) {
  console.log('');
  for (const name of failedSteps) console.log(`failed step: ${name}`);
  for (const note of tests.notes) console.log(`tests: ${note}`);
  const failed = tests.failed + failedSteps.length;
  if (failed > 0) process.exitCode = 1;
  console.log(`${tests.passed} passed, ${failed} failed`);
}
