import type { Database, Tx } from '../../db/index.js';
import { addMs, type Clock } from '../../lib/clock.js';
import { DomainError, errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { readableSize } from '../../lib/media-types.js';
import { IdempotencyRepository, type KeptAnswer } from './idempotency.repository.js';

const KEPT_MS = 24 * 60 * 60_000;
/**
 * A request at work refreshes its claim this often; one that was silent for `ABANDONED_MS` belongs to a process that
 * died.
 */
const STAY_ALIVE_EVERY_MS = 5_000;
const ABANDONED_MS = 30_000;
const PURGE_EVERY_MS = 10 * 60_000;
const DEFAULT_QUOTA_BYTES = 2 * 1024 ** 3;
/** Answers are forgotten one by one, a day after they were given. */
const FULL_RETRY_SECONDS = 10 * 60;

/** Of one answer that is kept, as JSON. A thousand messages of a bulk, half of them refused, have half of it. */
const MAX_KEPT_BYTES = 1024 * 1024;

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

interface Answer {
  status: number;
  body: unknown;
}

/** Makes a repeated request get the first answer, across all processes. They are kept for 24 hours. */
export class IdempotencyService {
  private readonly repository = new IdempotencyRepository();
  private purgedAt = 0;

  constructor(
    private readonly deps: {
      database: Database;
      clock: Clock;
      logger: Logger;
      /** Of the kept answers of one tenant, in bytes. */
      quotaBytes?: number;
    },
  ) {}

  /**
   * The caller that gets `claimed` does the work and then calls `keep`, or `release` when there is no answer to keep.
   * Refuses (`too_many`) a new key while the kept answers of the tenant take up its quota; what is under way by then is
   * still kept.
   */
  begin(tenantId: string, key: string, fingerprint: string): Promise<IdempotencyOutcome> {
    return this.short(() => this.claim(tenantId, key, fingerprint));
  }

  private async claim(tenantId: string, key: string, fingerprint: string): Promise<IdempotencyOutcome> {
    const tx = this.deps.database.manager;
    const at = this.deps.clock.now();
    const { quotaBytes = DEFAULT_QUOTA_BYTES } = this.deps;
    await this.purgeNowAndThen(at);
    const claimed = await this.repository.claim(
      tx,
      { tenantId, key, fingerprint, at },
      { expiredBefore: addMs(at, -KEPT_MS), abandonedMs: ABANDONED_MS, quotaBytes },
    );
    if (claimed) return { kind: 'claimed', claim: { tenantId, key, claimedAt: at } };
    const stored = await this.repository.find(tx, tenantId, key);
    if (!stored) {
      if ((await this.repository.keptBytes(tx, tenantId)) >= quotaBytes) throw tooManyAnswers(quotaBytes);
      // Released between the two statements: the caller's next try gets it.
      return { kind: 'under_way' };
    }
    if (stored.fingerprint !== fingerprint) return { kind: 'other_request' };
    if (stored.status === null) return { kind: 'under_way' };
    return { kind: 'answered', status: stored.status, body: stored.response };
  }

  /** Runs the work of a claim, and keeps the claim alive meanwhile, so that no other process takes it for abandoned. */
  async whileAtWork<Result>(claim: IdempotencyClaim, work: () => Promise<Result>): Promise<Result> {
    const { database, logger } = this.deps;
    const timer = setInterval(() => {
      this.short(() => this.repository.stayAlive(database.manager, claim)).catch((error: unknown) => {
        logger.warn({ error: errorMessage(error) }, 'a request could not say that it is still at work');
      });
    }, STAY_ALIVE_EVERY_MS);
    return work().finally(() => clearInterval(timer));
  }

  /** After the work. An answer that is kept already, or a claim that another process has taken, is left as it is. */
  async keep(claim: IdempotencyClaim, answer: Answer): Promise<void> {
    await this.short(() => this.repository.keep(this.deps.database.manager, claim, keepable(answer)));
  }

  /**
   * Keeps the answer in the transaction that does the work, so that there is never one without the other. Throws
   * (`conflict`), and so undoes the work, when another process has taken this one for dead and the claim with it.
   */
  async keepWith(tx: Tx, claim: IdempotencyClaim, answer: Answer): Promise<void> {
    if (await this.repository.keep(tx, claim, keepable(answer))) return;
    const message = 'Another request with this Idempotency-Key took over, because this one took too long.';
    throw new DomainError('conflict', 'idempotency_key_under_way', message, { retryAfterSeconds: 1 });
  }

  release(claim: IdempotencyClaim): Promise<void> {
    return this.short(() => this.repository.release(this.deps.database.manager, claim));
  }

  private async purgeNowAndThen(now: Date): Promise<void> {
    if (now.getTime() - this.purgedAt < PURGE_EVERY_MS) return;
    this.purgedAt = now.getTime();
    const { database } = this.deps;
    await database.using({ use: 'job' }, () => this.repository.purge(database.manager, addMs(now, -KEPT_MS)));
  }

  /** Never behind the work whose answer is kept: a claim that cannot be refreshed in time would be taken over. */
  private short<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.deps.database.using({ use: 'short' }, work);
  }
}

/** A repeat must not do the work again, so of an answer that is too large to keep it is kept that there was one. */
function keepable({ status, body }: Answer): KeptAnswer {
  const json = JSON.stringify(body);
  if (Buffer.byteLength(json) <= MAX_KEPT_BYTES) return { status, json };
  const message = 'The first request was carried out; its answer was too large to be kept.';
  return { status, json: JSON.stringify({ success: status < 400, message, data: null }) };
}

function tooManyAnswers(quotaBytes: number): DomainError {
  const message =
    `The answers that are kept for your Idempotency-Keys take up ${readableSize(quotaBytes)}, which is all they may ` +
    '(IDEMPOTENCY_QUOTA_BYTES). Each is forgotten after 24 hours: try again later, or send the request without a key.';
  return new DomainError('too_many', 'answers_quota', message, { retryAfterSeconds: FULL_RETRY_SECONDS });
}
