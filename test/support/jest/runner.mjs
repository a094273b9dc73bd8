import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const { default: circus } = require('jest-circus/runner');

/** Programs and threads that suites start load their modules as they say themselves. */
delete process.env.NODE_OPTIONS;

/** jest-circus as it is, for suites that Node loads instead of Jest: a module is loaded once for all suites of a process. */
export default async function run(globalConfig, config, environment, runtime, file, sendMessageToJest) {
  // Node knows the source maps of what it loaded, and Jest does not; a hundred frames for every error would cost much.
  Error.prepareStackTrace = undefined;
  Error.stackTraceLimit = 10;
  const node = Object.create(runtime, {
    // The part of jest-circus that has the suite's tests begins anew.
    requireInternalModule: { value: (module) => (delete require.cache[module], require(module)) },
    unstable_shouldLoadAsEsm: { value: () => true },
    unstable_importModule: { value: (module) => import(pathToFileURL(module).href) },
  });
  return circus(globalConfig, config, environment, node, file, sendMessageToJest);
}
