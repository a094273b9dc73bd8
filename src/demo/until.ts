import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until there is an answer; gives up with a sentence that says what was waited for. */
export async function until<Value>(
  what: string,
  ask: () => Promise<Value | undefined>,
  { timeoutMs = 30_000, everyMs = 150 } = {},
): Promise<Value> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs / 1_000} s for ${what}, in vain.`);
    await pause(everyMs);
  }
}
