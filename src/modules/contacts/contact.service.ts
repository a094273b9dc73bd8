import type { Database, Tx } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { DomainError, invalid, notFound } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { normalisePhone } from '../../lib/phone.js';
import { cleanName } from './core/names.js';
import { attributeFaults, type Attributes } from './core/attributes.js';
import type { Contact } from './contact.entity.js';
import { ContactRepository, type ContactFilter, type ContactRow } from './contact.repository.js';
import { ListRepository } from './list.repository.js';

export interface NewContact {
  phoneNumber: string;
  name?: string | null;
  attributes?: Attributes;
  optedOut?: boolean;
  listIds?: string[];
}

export interface ContactChanges {
  name?: string | null;
  attributes?: Attributes;
  /** `merge` (the default) keeps what is not named and removes keys set to null; `replace` starts anew. */
  attributesMode?: 'merge' | 'replace';
  optedOut?: boolean;
}

export type OptOutSource = 'keyword' | 'api' | 'import';

/** The people a tenant may write to. Every method sees the given tenant's contacts only. */
export class ContactService {
  private readonly contacts = new ContactRepository();
  private readonly lists = new ListRepository();

  constructor(
    private readonly deps: {
      database: Database;
      clock: Clock;
      /** For numbers without a country code; ISO 3166 alpha-2. */
      defaultCountry?: string;
    },
  ) {}

  /**
   * Adds a contact. Refuses (`invalid`) a number that cannot be right, bad attributes and unknown lists, and
   * (`conflict`, `contact_exists`) a number the tenant has already, naming the contact.
   */
  async create(tenantId: string, input: NewContact): Promise<Contact> {
    const phone = this.requirePhone(input.phoneNumber, 'phoneNumber');
    const attributes = checkedAttributes(input.attributes ?? {});
    const now = this.deps.clock.now();
    const contact: Contact = {
      id: newId(),
      tenantId,
      phone,
      name: cleanName(input.name),
      attributes,
      optedOutAt: input.optedOut ? now : null,
      optOutSource: input.optedOut ? 'api' : null,
      lastSenderId: null,
      createdAt: now,
      updatedAt: now,
    };
    await this.deps.database.transaction(async (tx) => {
      if (!(await this.contacts.insert(tx, contact))) throw await this.exists(tx, tenantId, phone);
      for (const listId of new Set(input.listIds)) {
        if (!(await this.lists.find(tx, tenantId, listId))) {
          throw invalid([{ path: 'listIds', message: `There is no list ${listId}.` }]);
        }
        await this.lists.addContacts(tx, tenantId, listId, [contact.id], now);
      }
    });
    return contact;
  }

  /** Newest first. An unknown list is `not_found`. */
  async list(
    tenantId: string,
    filter: ContactFilter & { phone?: string },
    page: PageRequest,
  ): Promise<Page<Contact>> {
    const { manager } = this.deps.database;
    if (filter.listId !== undefined && !(await this.lists.find(manager, tenantId, filter.listId))) {
      throw notFound('list', filter.listId);
    }
    const phone = filter.phone === undefined ? undefined : this.requirePhone(filter.phone, 'phone');
    const q = filter.q?.replaceAll('\0', '').trim() || undefined;
    const rows = await this.contacts.list(
      manager,
      tenantId,
      { ...filter, phone, q },
      { limit: page.limit + 1, beforeId: idBehind(page.cursor) },
    );
    return toPage(rows, page.limit, ({ id }) => [id]);
  }

  async get(tenantId: string, id: string): Promise<Contact> {
    const contact = await this.contacts.find(this.deps.database.manager, tenantId, id);
    if (!contact) throw notFound('contact', id);
    return contact;
  }

  /** Changes what is given and leaves the rest. */
  async update(tenantId: string, id: string, changes: ContactChanges): Promise<Contact> {
    return this.deps.database.transaction(async (tx) => {
      const contact = await this.contacts.lock(tx, tenantId, id);
      if (!contact) throw notFound('contact', id);
      const now = this.deps.clock.now();
      if (changes.name !== undefined) contact.name = cleanName(changes.name);
      if (changes.attributes) {
        contact.attributes = checkedAttributes(
          changes.attributesMode === 'replace'
            ? changes.attributes
            : merged(contact.attributes, changes.attributes),
        );
      }
      if (typeof changes.optedOut === 'boolean' && changes.optedOut !== (contact.optedOutAt !== null)) {
        contact.optedOutAt = changes.optedOut ? now : null;
        contact.optOutSource = changes.optedOut ? 'api' : null;
      }
      contact.updatedAt = now;
      await this.contacts.save(tx, contact);
      return contact;
    });
  }

  /** Campaign reports keep what they know of the contact; suppressions stay. */
  async remove(tenantId: string, id: string): Promise<void> {
    if (!(await this.contacts.remove(this.deps.database.manager, tenantId, id))) {
      throw notFound('contact', id);
    }
  }

  /**
   * Makes sure that contacts with these E.164 numbers exist; names and attributes that are given are merged into
   * existing ones. A number that is given twice counts as one contact, the later values win. Answers one row per number.
   */
  async upsertMany(
    tx: Tx,
    tenantId: string,
    contacts: readonly { phone: string; name?: string | null; attributes?: Attributes }[],
  ): Promise<{ id: string; phone: string }[]> {
    const rows = new Map<string, ContactRow>();
    for (const { phone, name, attributes = {} } of contacts) {
      const row = rows.get(phone) ?? { id: newId(), phone, name: null, attributes: {} };
      row.name = cleanName(name) ?? row.name;
      row.attributes = merged(row.attributes, checkedAttributes(attributes));
      rows.set(phone, row);
    }
    await this.contacts.upsert(tx, tenantId, [...rows.values()], 'update', this.deps.clock.now());
    return this.contacts.idsByPhone(tx, tenantId, [...rows.keys()]);
  }

  /** Nothing is sent to this number until it opts in again. Repeating it keeps the first time and source. */
  async optOut(tx: Tx, tenantId: string, phone: string, source: OptOutSource): Promise<void> {
    const row = { id: newId(), phone, name: null, attributes: {} };
    await this.contacts.optOut(tx, row, tenantId, source, this.deps.clock.now());
  }

  async optIn(tx: Tx, tenantId: string, phone: string): Promise<void> {
    await this.contacts.optIn(tx, tenantId, phone, this.deps.clock.now());
  }

  private requirePhone(input: string, path: string): string {
    const outcome = normalisePhone(input, this.deps.defaultCountry);
    if (!outcome.ok) throw invalid([{ path, message: outcome.reason }]);
    return outcome.phone;
  }

  private async exists(tx: Tx, tenantId: string, phone: string): Promise<DomainError> {
    const other = await this.contacts.findByPhone(tx, tenantId, phone);
    const message = `This number already belongs to contact ${other?.id ?? '(just removed)'}.`;
    return new DomainError('conflict', 'contact_exists', message, {
      errors: [{ path: 'phoneNumber', message }],
    });
  }
}

function checkedAttributes(attributes: Attributes): Attributes {
  const faults = attributeFaults(attributes);
  if (faults.length > 0) throw invalid(faults);
  return attributes;
}

function merged(old: Attributes, changes: Attributes): Attributes {
  const entries = Object.entries({ ...old, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries);
}
