import type { Database, Tx } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { errorMessage } from '../../../lib/errors.js';
import { inHalves } from '../../../lib/in-halves.js';
import type { Logger } from '../../../lib/logger.js';
import { tenantWords, type TenantWords, type WordKind } from '../../tenants/index.js';
import { encodeBinding } from './binding.js';
import {
  keywordText,
  refusedRow,
  rowOf,
  type EventRow,
  type HeardEvent,
  type RefusedRow,
} from '../core/event-row.js';
import { keywordOf, possibleKeyword } from '../core/keywords.js';
import { insertEvents, insertRefused } from './inbox.repository.js';

/** Writes down what sessions hear, before it is acknowledged to their networks. */
export class Inbox {
  constructor(
    private readonly deps: {
      database: Database;
      clock: Clock;
      logger: Logger;
      /** Called when there is something to be worked off. */
      onStored(): void;
      /** Keeps outside PostgreSQL what a restored database must not forget. Never rejects. */
      keepBinding?: (record: Buffer) => Promise<void>;
    },
  ) {}

  /**
   * Resolves when all of it is committed, in this order: one statement for whatever several sessions bring. What was
   * stored before is not stored again. Of an event that cannot be stored as what it is there is a row that says so, and an alert;
   * the others are not affected. Rejects when the database is away, or anything else is wrong: nothing may be
   * acknowledged then, and all of it may be stored again.
   */
  async store(heard: readonly HeardEvent[]): Promise<void> {
    const { database } = this.deps;
    const { rows, refused } = await this.read(database.manager, heard);
    const failed = await inHalves(rows, (some) =>
      insertEvents(
        database.manager,
        some.map(({ row }) => row),
      ),
    );
    for (const { item, error } of failed) refused.push(refusedRow(item.heard, whyOf(error)));
    if (refused.length > 0) await this.refuse(refused);
    if (rows.length > failed.length) this.deps.onStored();
    // Before it is acknowledged, and after it is committed: what is cut off in between is told again.
    const binding = rows.filter(({ binds }) => binds).map(({ row }) => row);
    if (binding.length > 0) await this.deps.keepBinding?.(encodeBinding(binding));
  }

  private async read(
    tx: Tx,
    heard: readonly HeardEvent[],
  ): Promise<{ rows: Readable[]; refused: RefusedRow[] }> {
    const words = new Map<string, TenantWords>();
    const rows: Readable[] = [];
    const refused: RefusedRow[] = [];
    for (const each of heard) {
      try {
        const word = await wordOf(tx, each, words);
        const row = rowOf(each, word, this.deps.clock.now());
        if ('refused' in row) refused.push(refusedRow(each, row.refused));
        else rows.push({ heard: each, row, binds: row.stops || word !== undefined });
      } catch (error) {
        refused.push(refusedRow(each, whyOf(error)));
      }
    }
    return { rows, refused };
  }

  private async refuse(rows: readonly RefusedRow[]): Promise<void> {
    await insertRefused(this.deps.database.manager, rows);
    for (const { senderId, kind, error } of rows) {
      const report = { alert: 'inbound.dropped', senderId, kind, error };
      this.deps.logger.error(report, 'what the network reported could not be stored and was dropped');
    }
  }
}

/** An event, and what is to be stored of it. */
interface Readable {
  heard: HeardEvent;
  row: EventRow;
  /** A keyword, or news of who is who: it decides whether the person may be written to. */
  binds: boolean;
}

/** Throws what is no fault of the event, so that all of it is tried again. */
function whyOf(error: unknown): string {
  if (!isOfTheEvent(error)) throw error;
  return errorMessage(error);
}

/** PostgreSQL refuses the data (classes 22, 23 and 54), or it has not the shape that the transport promised. */
function isOfTheEvent(error: unknown): boolean {
  if (error instanceof TypeError) return true;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(22|23|54)\w{3}$/.test(code);
}

/** The tenant's words are asked for once a batch, and only where a text may be one. */
async function wordOf(
  tx: Tx,
  { tenantId, event }: HeardEvent,
  known: Map<string, TenantWords>,
): Promise<WordKind | undefined> {
  const text = keywordText(event);
  if (possibleKeyword(text) === undefined) return undefined;
  const words = known.get(tenantId) ?? (await tenantWords(tx, tenantId));
  known.set(tenantId, words);
  return keywordOf(text, words);
}
