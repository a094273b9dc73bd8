import { waitFor } from '../support/wait-for.js';

/** Longer faults need longer campaigns. */
export const extraSeconds = Number(process.env['STARLING_FAULT_SECONDS'] ?? 0);

/**
 * How long a fault lasts beyond what its test waits for. Nothing in the suite: each test waits until the time-outs that
 * matter have been crossed, and the rest would be more of the same. STARLING_FAULT_SECONDS=30 makes every fault that long.
 */
export async function lasting(): Promise<void> {
  const ms = extraSeconds * 1_000;
  const end = performance.now() + ms;
  await waitFor(() => performance.now() >= end, {
    timeoutMs: ms + 1_000,
    everyMs: 50,
    what: 'the fault to last',
  });
}
