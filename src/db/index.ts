export { createDataSource, Database, type Tx } from './database.js';
export { DatabaseWatch } from './watch.js';
