import { fail } from './run.mjs';
import { setUpOrFail } from './setup.mjs';
import { dropSignalCopies } from './signals.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

/** `npm run chaos`: builds the programs that are going to be killed, and directs it all from this process. */
export async function runChaos() {
  await setUpOrFail();
  try {
    ensureSystemPackages();
  } catch (error) {
    fail(error);
  }
  const { register } = await import('tsx/esm/api');
  register();
  dropSignalCopies();
  await import('../../chaos/main.ts');
}
