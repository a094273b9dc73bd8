import { readContactsFile } from './modules/contacts/import/import.tasks.js';
import { serve, serveTasks } from './threads/serve.js';

/**
 * Every task that threads know, with its handler. A handler is loaded when it is first asked for, by its own file: a
 * module's front door would bring the database into the thread.
 */
export const doTask = serveTasks([
  serve(readContactsFile, async () => (await import('./modules/contacts/import/read-file.js')).readFile),
]);
