import { defineTask } from '../../src/threads/task.js';

/** The numbers below `to`; `seen` counts, in shared memory, those that were computed. */
export const numbers = defineTask<
  { to: number; seen?: SharedArrayBuffer },
  { number: number; threadId: number }
>('numbers');
export const broken = defineTask<'refusal' | 'mistake', never>('broken');
export const hungry = defineTask<null, number>('hungry');
export const leaving = defineTask<null, never>('leaving');
export const endless = defineTask<null, number>('endless');
export const unknown = defineTask<null, never>('unknown');
