import type { Database, Tx } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { invalid, notFound, type DomainError } from '../../../lib/errors.js';
import { encodeCursor, keyBehind, type Page, type PageRequest } from '../../../lib/pages.js';
import type { Contact } from '../contact.entity.js';
import { ContactRepository } from '../contact.repository.js';
import type { ContactService } from '../contact.service.js';
import type { ContactView } from '../contact-view.repository.js';
import { MAX_ATTRIBUTES_LENGTH } from '../core/attributes.js';
import { groupDuplicates, type DuplicateReason } from '../core/duplicates.js';
import type { PersonRecords } from '../person/person-records.js';
import { Joining } from './joining.js';
import { MergeRepository } from './merge.repository.js';

export interface Duplicates {
  reason: DuplicateReason;
  /** Oldest first. */
  contacts: ContactView[];
}

export interface MergeDeps {
  database: Database;
  clock: Clock;
  contacts: Pick<ContactService, 'get' | 'findPage'>;
  /** What other modules keep of a person. */
  records: readonly PersonRecords[];
}

const ENDINGS_AT_ONCE = 200;

/** Two contacts that are one person: finding them, and making them one. */
export class MergeService {
  private readonly contacts = new ContactRepository();
  private readonly merges = new MergeRepository();
  private readonly joining: Joining;

  constructor(private readonly deps: MergeDeps) {
    this.joining = new Joining(deps.records);
  }

  /**
   * Merges the other contact into this one and removes it. This one's number, name and attributes win; tags, lists,
   * consents, messages and campaign history of both are its own, and so is everything that the other was known by. When
   * either of the two opted out, the result has opted out. When something of one is suppressed, all of both is: it is the
   * same person, who must not be reached by another number instead. What is written from the other number later, such as a
   * STOP, is the remaining contact's.
   */
  async merge(tenantId: string, id: string, otherId: string): Promise<ContactView> {
    await this.deps.database.transaction(async (tx) => {
      const contact = await this.contacts.find(tx, tenantId, id);
      const other = await this.contacts.find(tx, tenantId, otherId);
      if (!contact) throw notFound('contact', id);
      if (contact.id === other?.id) {
        throw invalid([
          { path: 'contactId', message: 'Name another contact than the one it is merged into.' },
        ]);
      }
      if (!other) throw noSuchContact(otherId);
      const locked = await this.lock(tx, tenantId, contact, other);
      const joined = await this.joining.join(tx, tenantId, locked.contact, locked.other, {
        source: 'api',
        now: this.deps.clock.now(),
      });
      if (!joined) throw tooManyAttributes();
    });
    return this.deps.contacts.get(tenantId, id);
  }

  /** Likely duplicates, group by group: the same name with the same last eight digits of the number. */
  async duplicates(tenantId: string, page: PageRequest): Promise<Page<Duplicates>> {
    const { manager } = this.deps.database;
    let behind = keyBehind(page.cursor, isEnding) ?? '';
    const found: { ending: string; reason: DuplicateReason; ids: string[] }[] = [];
    for (let more = true; more && found.length < page.limit;) {
      const endings = await this.merges.sameEndings(manager, tenantId, { limit: ENDINGS_AT_ONCE, behind });
      more = endings.length === ENDINGS_AT_ONCE;
      for (const { ending, contacts } of endings) {
        // All groups of an ending stay on one page, because the next page begins behind the ending.
        if (found.length >= page.limit) {
          more = true;
          break;
        }
        behind = ending;
        for (const { reason, contacts: same } of groupDuplicates(contacts)) {
          found.push({ ending, reason, ids: same.map(({ id }) => id) });
        }
      }
      if (found.length >= page.limit)
        return this.presented(tenantId, found, more ? encodeCursor([behind]) : null);
    }
    return this.presented(tenantId, found, null);
  }

  private async presented(
    tenantId: string,
    found: { reason: DuplicateReason; ids: string[] }[],
    nextCursor: string | null,
  ): Promise<Page<Duplicates>> {
    const contacts = await this.deps.contacts.findPage(
      tenantId,
      found.flatMap(({ ids }) => ids),
    );
    const byId = new Map(contacts.map((contact) => [contact.id, contact]));
    const items = found.map(({ reason, ids }) => ({
      reason,
      contacts: ids.flatMap((id) => byId.get(id) ?? []),
    }));
    return { items: items.filter((group) => group.contacts.length > 1), nextCursor };
  }

  /**
   * Before what is kept of them: a message that is just stored for one of them is there when everything is moved, or waits
   * and finds the one that stays. In the order of lines, as every writer of several contacts, so that two never deadlock.
   */
  private async lock(
    tx: Tx,
    tenantId: string,
    read: Contact,
    readOther: Contact,
  ): Promise<{ contact: Contact; other: Contact }> {
    const locked = new Map<string, Contact>();
    for (const { id } of [read, readOther].toSorted((a, b) => (a.line < b.line ? -1 : 1))) {
      const found = await this.contacts.lock(tx, tenantId, id);
      if (found) locked.set(id, found);
    }
    // Another merge, or a deletion, was faster.
    const contact = locked.get(read.id);
    if (!contact) throw notFound('contact', read.id);
    const other = locked.get(readOther.id);
    if (!other) throw noSuchContact(readOther.id);
    return { contact, other };
  }
}

function tooManyAttributes(): DomainError {
  const message =
    `The two have more than ${MAX_ATTRIBUTES_LENGTH} characters of attributes together, more than one contact may have. ` +
    'Remove some from one of them first.';
  return invalid([{ path: 'contactId', message }], 'too_long_attributes');
}

function noSuchContact(id: string): DomainError {
  return invalid([{ path: 'contactId', message: `There is no contact ${id}.` }]);
}

function isEnding(key: unknown): key is string {
  return typeof key === 'string' && /^\+?\d{4,8}$/.test(key);
}
