import type { Database, Tx } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { DomainError, invalid, notFound } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import type { Logger } from '../../../lib/logger.js';
import type { ExhaustedHandler, JobContext, JobHandler } from '../../../queue/job.js';
import type { JobQueue } from '../../../queue/job-queue.js';
import { editContacts } from '../contact.jobs.js';
import { endedBy } from '../core/ended-by-error.js';
import { enqueueBestEffort } from '../../../queue/enqueue-best-effort.js';
import type { AttributeNames } from '../attribute-names.js';
import { ContactSearchRepository } from '../contact-search.repository.js';
import type { ContactService } from '../contact.service.js';
import { parseChanges, type BulkChangesInput } from '../core/bulk-input.js';
import type { ContactFilter } from '../core/filter.js';
import { ListRepository } from '../list.repository.js';
import type { ContactBulkEdit } from './bulk-edit.entity.js';
import { BulkEditRepository, changesOf, targetOf, type BulkTarget } from './bulk.repository.js';

export interface BulkEditInput {
  /** Exactly one of these three. */
  filter?: ContactFilter;
  contactIds?: string[];
  listId?: string;
  changes: BulkChangesInput;
  dryRun?: boolean;
}

export type BulkOutcome = { kind: 'dry_run'; matched: number } | { kind: 'edit'; edit: ContactBulkEdit };

export interface BulkEditDeps {
  database: Database;
  queue: Pick<JobQueue, 'enqueue'>;
  contacts: Pick<ContactService, 'checkedFilter'>;
  clock: Clock;
  logger: Logger;
  attributeNames?: AttributeNames;
}

/** Up to so many contacts are changed before the answer; more in the background. */
const AT_ONCE = 10_000;
const BATCH = 1_000;

/** Changes to many contacts at once: tags, lists, attributes, opt-out. */
export class BulkEditService {
  private readonly edits: BulkEditRepository;
  private readonly search = new ContactSearchRepository();
  private readonly lists = new ListRepository();

  constructor(private readonly deps: BulkEditDeps) {
    this.edits = new BulkEditRepository(deps.attributeNames);
  }

  /**
   * Up to 10,000 contacts are changed at once and the edit comes back `completed`; more are changed by a worker, and
   * the edit tells how far it is. A dry run only counts. Contacts of `contactIds` that do not exist are `invalid`.
   */
  async edit(tenantId: string, input: BulkEditInput): Promise<BulkOutcome> {
    const target = await this.readTarget(tenantId, input);
    const read = parseChanges(input.changes);
    if (!read.ok) throw invalid(read.errors);
    await this.requireLists(tenantId, 'changes.addToListIds', read.changes.addToListIds);
    await this.requireLists(tenantId, 'changes.removeFromListIds', read.changes.removeFromListIds);
    const { manager } = this.deps.database;
    const matched =
      'filter' in target
        ? await this.search.count(manager, tenantId, target.filter)
        : target.contactIds.length;
    if (input.dryRun) return { kind: 'dry_run', matched };
    await this.deps.database.transaction((tx) => this.edits.noteNames(tx, tenantId, read.changes));
    const row = { id: newId(), tenantId, matched, createdAt: this.deps.clock.now() };
    await this.edits.insert(manager, row, target, read.changes);
    if (matched <= AT_ONCE) await this.work(tenantId, row.id, { signal: new AbortController().signal });
    else await enqueueBestEffort(this.queueNext(tenantId), this.deps.logger);
    return this.get(tenantId, row.id);
  }

  async get(tenantId: string, id: string): Promise<BulkOutcome> {
    const edit = await this.edits.find(this.deps.database.manager, tenantId, id);
    if (!edit) throw notFound('bulk_edit', id);
    return { kind: 'edit', edit };
  }

  /** The job `editContacts`. Committed batches are not repeated. One of a tenant is in the queue at a time. */
  readonly handleBulk: JobHandler<typeof editContacts> = async ({ tenantId, bulkEditId }, context) => {
    const ended = await this.work(tenantId, bulkEditId, context);
    if (!ended) return { kind: 'runAgain', at: this.deps.clock.now() };
    await this.queueNext(tenantId);
    return { kind: 'done' };
  };

  /** Its job has failed for the last time: it would be started again and again, and show no reason. */
  readonly handleExhausted: ExhaustedHandler<typeof editContacts> = async ({ tenantId, bulkEditId }, end) => {
    const { database, clock } = this.deps;
    await this.edits.end(database.manager, tenantId, bulkEditId, endedBy(end), clock.now());
    await this.queueNext(tenantId);
  };

  /** Queues the next edit of every tenant, such as after a crash. Returns how many. */
  resumeUnfinished(): Promise<number> {
    return this.queueNext();
  }

  /** Whoever commits an edit or its end calls this afterwards, so none is left behind. */
  private async queueNext(ofTenant?: string): Promise<number> {
    const next = await this.edits.next(this.deps.database.manager, ofTenant);
    for (const { id, tenantId } of next) {
      await this.deps.queue.enqueue(editContacts, { tenantId, bulkEditId: id }, { id: `bulk-${id}` });
    }
    return next.length;
  }

  /** Batch by batch; false when it was interrupted. */
  private async work(tenantId: string, id: string, { signal, timeSlice }: JobContext): Promise<boolean> {
    while (!signal.aborted) {
      const more = await this.batchOrEnd(tenantId, id);
      if (!more) return true;
      if (await timeSlice?.isOver()) return false;
    }
    return false;
  }

  /** A batch that is refused changes nothing and ends the edit with the reason: it would be refused again. */
  private async batchOrEnd(tenantId: string, id: string): Promise<boolean> {
    const { database, clock } = this.deps;
    try {
      return await database.transaction((tx) => this.batch(tx, tenantId, id));
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'too_long_attributes') throw error;
      const [{ message } = error] = error.errors;
      await this.edits.end(database.manager, tenantId, id, message, clock.now());
      return false;
    }
  }

  private async batch(tx: Tx, tenantId: string, id: string): Promise<boolean> {
    const edit = await this.edits.lockOpen(tx, tenantId, id);
    if (!edit) return false;
    const now = this.deps.clock.now();
    const { ids, last } = await this.next(tx, edit);
    if (last === undefined) {
      await this.edits.end(tx, tenantId, id, null, now);
      return false;
    }
    const changed = await this.edits.apply(tx, tenantId, ids, changesOf(edit), now);
    await this.edits.advance(tx, edit, { processed: ids.length, changed, lastContactId: last });
    return true;
  }

  /** `last` is where the batch ends, also when the contacts that were asked for are gone by now. */
  private async next(tx: Tx, edit: ContactBulkEdit): Promise<{ ids: string[]; last: string | undefined }> {
    const target = targetOf(edit);
    const behind = edit.lastContactId ?? undefined;
    if ('filter' in target) {
      const ids = await this.search.nextIds(tx, edit.tenantId, target.filter, {
        limit: BATCH,
        afterId: behind,
      });
      return { ids, last: ids.at(-1) };
    }
    const left = target.contactIds.filter((id) => behind === undefined || id > behind).slice(0, BATCH);
    return { ids: await this.edits.knownIds(tx, edit.tenantId, left), last: left.at(-1) };
  }

  private async readTarget(tenantId: string, input: BulkEditInput): Promise<BulkTarget> {
    const given = (['filter', 'contactIds', 'listId'] as const).filter(
      (name) => input[name] !== undefined && input[name] !== null,
    );
    if (given.length !== 1) {
      throw invalid([
        {
          path: given[1] ?? 'filter',
          message: 'Send one of filter, contactIds and listId; {} as filter means all.',
        },
      ]);
    }
    if (input.contactIds) return { contactIds: await this.requireContacts(tenantId, input.contactIds) };
    if (input.listId !== undefined && input.listId !== null) {
      await this.requireLists(tenantId, 'listId', [input.listId]);
      return { filter: { listId: input.listId } };
    }
    // What is null in JSON is not given.
    const fields = Object.entries(input.filter ?? {}).filter(([, value]) => value !== null);
    const filter = this.deps.contacts.checkedFilter(Object.fromEntries(fields));
    if (filter.listId) await this.requireLists(tenantId, 'filter.listId', [filter.listId]);
    return { filter };
  }

  /** In the order in which they are worked through. */
  private async requireContacts(tenantId: string, given: readonly string[]): Promise<string[]> {
    const ids = [...new Set(given.map((id) => id.toLowerCase()))].toSorted();
    const unknown = await this.lists.unknownContacts(this.deps.database.manager, tenantId, ids);
    if (unknown.length === 0) return ids;
    const message = `${unknown.length} of these are no contacts: ${unknown.slice(0, 5).join(', ')}.`;
    throw invalid([{ path: 'contactIds', message }]);
  }

  private async requireLists(tenantId: string, path: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const list = await this.lists.find(this.deps.database.manager, tenantId, id);
      if (!list) throw invalid([{ path, message: `There is no list ${id}.` }]);
    }
  }
}
