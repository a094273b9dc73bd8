import { requireNode } from './lib/node-version.mjs';

requireNode();
void import('./lib/bench-run.mjs').then(({ runBench }) => runBench());
