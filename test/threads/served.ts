import { serve, serveTasks } from '../../src/threads/serve.js';
import { broken, endless, hungry, leaving, numbers } from './tasks.js';

/** What the threads of these tests know. */
export const doTask = serveTasks([
  serve(numbers, async () => (await import('./handlers.js')).count),
  serve(broken, async () => (await import('./handlers.js')).fail),
  serve(hungry, async () => (await import('./handlers.js')).eat),
  serve(leaving, async () => (await import('./handlers.js')).leave),
  serve(endless, async () => (await import('./handlers.js')).spin),
]);
