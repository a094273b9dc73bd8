import { requireNode } from './lib/node-version.mjs';

requireNode();
void import('./lib/setup.mjs').then(({ setUpOrFail }) => setUpOrFail());
