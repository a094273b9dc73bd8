import type { Database, Tx } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { errorMessage } from '../../../lib/errors.js';
import { inHalves } from '../../../lib/in-halves.js';
import type { Logger } from '../../../lib/logger.js';
import { tenantWords, type TenantWords, type WordKind } from '../../tenants/index.js';
import { keywordText, rowOf, type EventRow, type HeardEvent } from '../core/event-row.js';
import { keywordOf, possibleKeyword } from '../core/keywords.js';
import { insertEvents } from './inbox.repository.js';

/** Writes down what sessions hear, before it is acknowledged to their networks. */
export class Inbox {
  constructor(
    private readonly deps: {
      database: Database;
      clock: Clock;
      logger: Logger;
      /** Called when there is something to be worked off. */
      onStored(): void;
    },
  ) {}

  /**
   * Resolves when all of it is committed, in this order: one statement for whatever several sessions bring. What was
   * stored before is not stored again. An event that cannot be stored at all is dropped with an alert; the others are not
   * affected. Rejects when the database is away, or anything else is wrong: nothing may be
   * acknowledged then, and all of it may be stored again.
   */
  async store(heard: readonly HeardEvent[]): Promise<void> {
    const { database } = this.deps;
    const rows = await this.rowsOf(database.manager, heard);
    const failed = await inHalves(rows, (some) => insertEvents(database.manager, some));
    for (const { item, error } of failed) this.drop(item, error);
    if (rows.length > failed.length) this.deps.onStored();
  }

  private async rowsOf(tx: Tx, heard: readonly HeardEvent[]): Promise<EventRow[]> {
    const words = new Map<string, TenantWords>();
    const rows: EventRow[] = [];
    for (const each of heard) {
      const { senderId, event } = each;
      try {
        const row = rowOf(each, await wordOf(tx, each, words), this.deps.clock.now());
        if (row) rows.push(row);
        else {
          const report = { senderId, kind: event.type };
          this.deps.logger.warn(report, 'dropped what came in without an id or a person');
        }
      } catch (error) {
        this.drop({ senderId, kind: event.type }, error);
      }
    }
    return rows;
  }

  /** What cannot be stored because of what it is; throws whatever else went wrong, so that all of it is tried again. */
  private drop({ senderId, kind }: Pick<EventRow, 'senderId' | 'kind'>, error: unknown): void {
    if (!isOfTheEvent(error)) throw error;
    const report = { alert: 'inbound.dropped', senderId, kind, error: errorMessage(error) };
    this.deps.logger.error(report, 'what the network reported could not be stored and was dropped');
  }
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
