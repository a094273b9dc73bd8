import type { Database } from '../../db/index.js';
import { addMs, type Clock } from '../../lib/clock.js';
import { IdempotencyRepository } from './idempotency.repository.js';

const KEPT_MS = 24 * 60 * 60_000;
/** Longer than any request may take: a claim this old belongs to a process that died. */
const ABANDONED_MS = 10 * 60_000;
const PURGE_EVERY_MS = 10 * 60_000;

export interface IdempotencyClaim {
  tenantId: string;
  key: string;
  claimedAt: Date;
}

export type IdempotencyOutcome =
  | { kind: 'claimed'; claim: IdempotencyClaim }
  | { kind: 'answered'; status: number; body: unknown }
  | { kind: 'under_way' }
  | { kind: 'other_request' };

/** Makes a repeated request get the first answer, over all processes. Answers are kept for 24 hours. */
export class IdempotencyService {
  private readonly repository = new IdempotencyRepository();
  private purgedAt = 0;

  constructor(private readonly deps: { database: Database; clock: Clock }) {}

  /** Whoever gets `claimed` does the work and then calls `keep`, or `release` when there is no answer to keep. */
  async begin(tenantId: string, key: string, fingerprint: string): Promise<IdempotencyOutcome> {
    const tx = this.deps.database.manager;
    const at = this.deps.clock.now();
    await this.purgeNowAndThen(at);
    const claimed = await this.repository.claim(
      tx,
      { tenantId, key, fingerprint, at },
      { expiredBefore: addMs(at, -KEPT_MS), abandonedBefore: addMs(at, -ABANDONED_MS) },
    );
    if (claimed) return { kind: 'claimed', claim: { tenantId, key, claimedAt: at } };
    const stored = await this.repository.find(tx, tenantId, key);
    // Released between the two statements: the caller's next try gets it.
    if (!stored) return { kind: 'under_way' };
    if (stored.fingerprint !== fingerprint) return { kind: 'other_request' };
    if (stored.status === null) return { kind: 'under_way' };
    return { kind: 'answered', status: stored.status, body: stored.response };
  }

  keep(claim: IdempotencyClaim, answer: { status: number; body: unknown }): Promise<void> {
    return this.repository.keep(this.deps.database.manager, claim, answer);
  }

  release(claim: IdempotencyClaim): Promise<void> {
    return this.repository.release(this.deps.database.manager, claim);
  }

  private async purgeNowAndThen(now: Date): Promise<void> {
    if (now.getTime() - this.purgedAt < PURGE_EVERY_MS) return;
    this.purgedAt = now.getTime();
    await this.repository.purge(this.deps.database.manager, addMs(now, -KEPT_MS));
  }
}
