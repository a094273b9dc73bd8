export { createDataSource, Database, type Tx } from './database.js';
