import { setImmediate } from 'node:timers/promises';

/** So long nothing else of the process waits for a computation. */
const STRETCH_MS = 10;

/** Time for one long computation, shared with everything else the process does. */
export interface YieldingWork {
  /** To be awaited between steps: lets others run where they have waited long enough. */
  yieldIfDue(): Promise<void>;
  /** Whether the computation has taken as long as it may. */
  isOver(): boolean;
}

/** `mostMs`: how long the computation may take altogether, waiting included. */
export function yieldingWork(mostMs: number): YieldingWork {
  const startedAt = performance.now();
  let restedAt = startedAt;
  return {
    async yieldIfDue() {
      if (performance.now() - restedAt < STRETCH_MS) return;
      await setImmediate();
      restedAt = performance.now();
    },
    isOver: () => performance.now() - startedAt >= mostMs,
  };
}
