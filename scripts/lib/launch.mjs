import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';
import { setUpOrFail } from './setup.mjs';
import { dropSignalCopies } from './signals.mjs';

/**
 * Sets up and then becomes the program: it is loaded into this very process, so signals, exit status, terminal and
 * command line are its own and nothing has to be forwarded.
 */
export async function launch(program) {
  const entry = path.join(root, program);
  await setUpOrFail();
  process.chdir(root);
  process.setSourceMapsEnabled(true);
  process.argv[1] = entry;
  dropSignalCopies();
  await import(pathToFileURL(entry).href);
}
