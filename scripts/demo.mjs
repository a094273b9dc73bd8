import { requireNode } from './lib/node-version.mjs';

requireNode();
void import('./lib/launch.mjs').then(({ launch }) => launch('dist/src/demo/main.js'));
