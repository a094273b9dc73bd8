import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { backends } from '../../chaos/options.js';
import { reportText } from '../../chaos/report.js';
import { runChaos, type ChaosResult } from '../../chaos/run.js';
import { programArguments } from '../support/programs.js';

jest.setTimeout(240_000);

const size = {
  seed: 4,
  recipients: 240,
  direct: 26,
  answers: 8,
  senders: 12,
  kills: 2,
  restore: false,
  minutes: 3,
} as const;

const programs = {
  main: [process.execPath, ...programArguments('main')],
  simulator: [process.execPath, ...programArguments('simulator-main')],
};

/** Most of a run is waiting until killed workers' jobs are found: the runs wait together. */
const runs = new Map<string, Promise<ChaosResult | Error>>();

beforeAll(() => {
  for (const backend of backends) {
    // Faults come early, so that what they interrupt is found again soon. A flushed queue has lost receipts on it.
    const settings = { programs, lastFaultAt: 0.5, tell: () => undefined };
    const more = backend === 'redis' ? { settleMs: 1_000 } : {};
    const run = runChaos({ ...size, backend, ids: 'idempotent' }, { ...settings, ...more });
    runs.set(
      backend,
      run.catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
    );
  }
});

describe.each(backends)('a campaign under fire, its queue on %s', (backend) => {
  it('reaches every recipient exactly once, as does what is sent beside it, and all counters agree', async () => {
    const result = await runs.get(backend);
    if (!result || result instanceof Error) throw result ?? new Error('It was not run.');
    if (!result.good) throw new Error(reportText(result));
    expect(result.events).toMatchObject({
      killsAtWork: size.kills,
      redisFlushes: backend === 'redis' ? 1 : 0,
    });
    const { asked, answered, ledger, verdict, writers } = result.findings;
    expect(verdict.duplicates).toEqual([]);
    expect(writers.length).toBeGreaterThan(0);
    // Of whoever has written STOP an interrupted hand-over is not made again: nothing else is unknown.
    const stopped = new Set(writers.map(({ from }) => from));
    expect(verdict.unknown.filter(({ phone, code }) => code !== 'opted_out' || !stopped.has(phone))).toEqual(
      [],
    );
    // Whoever has written STOP does not get what had not left.
    const kept = verdict.missing.length;
    expect(kept).toBeLessThanOrEqual(2 * writers.length);
    expect(answered).toBe(size.answers);
    expect(asked).toBeGreaterThan(size.direct + size.answers);
    expect(ledger).toMatchObject({ arrived: 2 * size.recipients + asked - kept, duplicates: 0 });
  });
});
