import { writeFile } from 'node:fs/promises';
import { renderConfigDocument, renderEnvFile } from '../src/config/index.js';

/** Writes docs/configuration.md and the committed .env from the config classes; a test checks both. */
await writeFile('docs/configuration.md', renderConfigDocument());
await writeFile('.env', renderEnvFile());
