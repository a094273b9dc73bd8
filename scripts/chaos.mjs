import { requireNode } from './lib/node-version.mjs';

requireNode();
void import('./lib/chaos-run.mjs').then(({ runChaos }) => runChaos());
