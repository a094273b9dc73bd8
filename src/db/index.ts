export { divideConnections } from './connections.js';
export { createDataSource, Database, defaultTimeouts, type StatementTimeouts, type Tx } from './database.js';
export { DatabaseWatch } from './watch.js';
export { inCurrentUse } from './use.js';
export { readWidePage } from './wide-page.js';
