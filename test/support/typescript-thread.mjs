/** Loaded first in threads of tests: Jest compiles TypeScript for its own thread only. */
import { register as registerRequire } from 'tsx/cjs/api';
import { register } from 'tsx/esm/api';

registerRequire();
register();
