import type { Database } from '../../db/index.js';
import { addMs, type Clock } from '../../lib/clock.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import {
  retentionKinds,
  tenantsWithRetention,
  type applyRetention,
  type RetentionKind,
} from '../../modules/tenants/index.js';
import type { JobHandler } from '../../queue/job.js';

const DAY_MS = 24 * 60 * 60_000;

/** Removes a bounded amount of what a tenant has from before that time, and stops early when the signal says so. */
export type Remove = (tenantId: string, before: Date, signal: AbortSignal) => Promise<number>;

export interface RetentionHandlerDeps {
  database: Database;
  clock: Clock;
  logger: Logger;
  removers: Record<RetentionKind, Remove>;
}

/** Removes what tenants keep for so many days only. A tenant or kind that fails does not keep the others from it. */
export function createRetentionHandler(deps: RetentionHandlerDeps): JobHandler<typeof applyRetention> {
  const { database, clock, logger, removers } = deps;
  return async (_payload, { signal }) => {
    for (const { tenantId, retention } of await tenantsWithRetention(database.manager)) {
      for (const kind of retentionKinds) {
        const days = retention[kind];
        if (days === null || signal.aborted) continue;
        try {
          const removed = await removers[kind](tenantId, addMs(clock.now(), -days * DAY_MS), signal);
          if (removed > 0) logger.info({ tenantId, kind, removed }, 'retention removed what is too old');
        } catch (error) {
          logger.error({ tenantId, kind, error: errorMessage(error) }, 'retention failed for a tenant');
        }
      }
    }
    return { kind: 'done' };
  };
}
