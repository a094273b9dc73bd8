import { readContactsFile } from './modules/contacts/import/import.tasks.js';
import { readFile } from './modules/contacts/import/read-file.js';
import { serve, serveTasks } from './threads/serve.js';

/**
 * The entry of every thread: each task with its handler. Handlers come from their own files, as a module's front door would
 * bring the database into the thread, and by no `import()`: run from its source, a module that came that way as well would
 * be there twice, and a `DomainError` would be none.
 */
export default serveTasks([serve(readContactsFile, readFile)]);
