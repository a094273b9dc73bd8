import { serve, serveTasks } from '../../src/threads/serve.js';
import { count, eat, fail, leave, spin } from './handlers.js';
import { broken, endless, hungry, leaving, numbers } from './tasks.js';

/** The entry of the threads in the tests of the pool. */
export default serveTasks([
  serve(numbers, count),
  serve(broken, fail),
  serve(hungry, eat),
  serve(leaving, leave),
  serve(endless, spin),
]);
