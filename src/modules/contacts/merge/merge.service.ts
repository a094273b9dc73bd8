import type { Database, Tx } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { invalid, notFound } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import { encodeCursor, keyBehind, type Page, type PageRequest } from '../../../lib/pages.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import type { Contact } from '../contact.entity.js';
import { ContactRepository } from '../contact.repository.js';
import type { ContactService } from '../contact.service.js';
import type { ContactView } from '../contact-view.repository.js';
import { groupDuplicates, type DuplicateReason } from '../core/duplicates.js';
import { cleanTags } from '../core/tags.js';
import type { PersonRecords } from '../person/person-records.js';
import { SuppressionRepository } from '../suppression.repository.js';
import { MergeRepository } from './merge.repository.js';

export interface Duplicates {
  reason: DuplicateReason;
  /** Oldest first. */
  contacts: ContactView[];
}

export interface MergeDeps {
  database: Database;
  clock: Clock;
  contacts: Pick<ContactService, 'get' | 'findMany'>;
  /** What other modules keep of a person. */
  records: readonly PersonRecords[];
}

const ENDINGS_AT_ONCE = 200;

/** Two contacts that are one person: finding them, and making them one. */
export class MergeService {
  private readonly contacts = new ContactRepository();
  private readonly merges = new MergeRepository();
  private readonly consents = new ConsentRepository();
  private readonly suppressions = new SuppressionRepository();

  constructor(private readonly deps: MergeDeps) {}

  /**
   * Makes the other contact part of this one and removes it. This one's number, name and attributes win; tags, lists,
   * consents, messages and campaign history of both are its own. Whoever of the two opted out, the result has opted
   * out, and the number that goes is suppressed if its owner had.
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
      if (!other) throw invalid([{ path: 'contactId', message: `There is no contact ${otherId}.` }]);
      // Recipients before contacts, in the order in which the engine locks them.
      for (const records of this.deps.records) await records.move(tx, tenantId, other, contact);
      await this.join(tx, tenantId, contact.id, other.id);
    });
    return this.deps.contacts.get(tenantId, id);
  }

  /** Likely duplicates, group by group: numbers of one line, and the same name with the same last eight digits. */
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
    const contacts = await this.deps.contacts.findMany(
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

  private async join(tx: Tx, tenantId: string, id: string, otherId: string): Promise<void> {
    const now = this.deps.clock.now();
    // In one order for everybody, so that two merges cannot block each other.
    const locked = new Map<string, Contact>();
    for (const each of [id, otherId].toSorted()) {
      const found = await this.contacts.lock(tx, tenantId, each);
      if (!found) throw notFound('contact', each);
      locked.set(each, found);
    }
    const contact = locked.get(id);
    const other = locked.get(otherId);
    if (!contact || !other) throw new Error('A contact that was just locked is not there.');
    await this.merges.joinLists(tx, tenantId, other.id, contact.id);
    await this.consents.moveAll(tx, tenantId, other.id, contact.id);
    if (other.optedOutAt !== null) {
      const row = { id: newId(), phone: other.phone };
      await this.suppressions.addMany(tx, tenantId, [row], 'opted out before its contact was merged', now);
    }
    await this.contacts.remove(tx, tenantId, other.id);
    const optOut = earliestOptOut(contact, other);
    Object.assign(contact, {
      name: contact.name ?? other.name,
      attributes: { ...other.attributes, ...contact.attributes },
      tags: cleanTags([...contact.tags, ...other.tags]),
      optedOutAt: optOut?.optedOutAt ?? null,
      optOutSource: optOut?.optOutSource ?? null,
      createdAt: contact.createdAt < other.createdAt ? contact.createdAt : other.createdAt,
      updatedAt: now,
    });
    await this.contacts.save(tx, contact);
  }
}

function earliestOptOut(...contacts: Contact[]): Contact | undefined {
  return contacts
    .filter(({ optedOutAt }) => optedOutAt !== null)
    .toSorted((a, b) => (a.optedOutAt?.getTime() ?? 0) - (b.optedOutAt?.getTime() ?? 0))[0];
}

function isEnding(key: unknown): key is string {
  return typeof key === 'string' && /^\+?\d{4,8}$/.test(key);
}
