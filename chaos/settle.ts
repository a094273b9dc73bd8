import { setTimeout as pause } from 'node:timers/promises';
import { query } from './postgres.js';
import { OPEN } from './truth.js';

/** Longer than it takes until a killed worker's job is given to another one. */
const QUIET_MS = 45_000;
const LOOK_EVERY_MS = 250;

/** Waits until everything that was sent is read and nothing is to be sent, or until nothing has changed for so long. */
export async function settle(databaseUrl: string, quietMs = QUIET_MS): Promise<void> {
  let last = '';
  let since = performance.now();
  while (performance.now() - since < quietMs) {
    const [now] = await query<{ waiting: number; reports: number }>(
      databaseUrl,
      `SELECT (count(*) FILTER (WHERE state IN ('sent', 'delivered')) + (${OPEN}))::int AS waiting,
              (count(sent_at) + count(delivered_at) + count(read_at))::int AS reports
       FROM messages WHERE direction = 'out'`,
    );
    if (!now || now.waiting === 0) return;
    const seen = JSON.stringify(now);
    if (seen !== last) since = performance.now();
    last = seen;
    await pause(LOOK_EVERY_MS);
  }
}
