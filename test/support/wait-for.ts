import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until the answer is neither undefined nor false, and returns it. Tests wait for conditions, never for time. */
export async function waitFor<Value>(
  ask: () => Promise<Value | undefined | false> | Value | undefined | false,
  options: { timeoutMs?: number; everyMs?: number; what?: string } = {},
): Promise<Value> {
  const { timeoutMs = 10_000, everyMs = 15, what = 'the awaited condition' } = options;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`${what} did not come true within ${timeoutMs} ms.`);
    await sleep(everyMs);
  }
}
