import { requireNode } from './lib/node-version.mjs';

requireNode();
void import('./lib/test-run.mjs').then(({ runTests }) => runTests(process.argv.slice(2)));
