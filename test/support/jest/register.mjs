// As the programs begin: a suite whose first import is a DTO needs it.
import 'reflect-metadata';
import { register } from 'node:module';
import { register as registerTypeScript } from 'tsx/esm/api';

/** Loaded by Jest's workers before anything else: from then on Node itself loads the suites and the sources. */
registerTypeScript();
register('./hooks.mjs', import.meta.url);
