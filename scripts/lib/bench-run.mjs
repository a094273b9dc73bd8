import { fail } from './run.mjs';
import { setUpOrFail } from './setup.mjs';
import { dropSignalCopies } from './signals.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/** `npm run bench`: sets up what the measurements need and runs them in this process, from their TypeScript. */
export async function runBench() {
  await setUpOrFail({ build: false });
  try {
    ensureSystemPackages();
  } catch (error) {
    fail(error);
  }
  const { register } = await import('tsx/esm/api');
  register();
  dropSignalCopies();
  await import('../../bench/main.ts');
}
