export { Config } from './config.js';
export { renderConfigDocument, renderEnvFile } from './document.js';
export { loadConfigOrExit, type ConfigOutcome } from './load.js';
export { ensureSecrets } from './secrets.js';
export type { Role } from './server.config.js';
