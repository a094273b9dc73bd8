import { defineTask } from '../../../threads/task.js';
import type { FilePart, ReadOrder } from './file-part.js';

/** Reads an uploaded contacts file, in a thread of its own. */
export const readContactsFile = defineTask<ReadOrder, FilePart>('contacts.read-file');
