import type { Database, Tx } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { composed } from '../../lib/composed.js';
import { DomainError, invalid, notFound } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { idBehind, refuseLargePage, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { normalisePhone } from '../../lib/phone.js';
import { lineOf } from '../../lib/phone-line.js';
import { personName } from '../../lib/names.js';
import { AttributeNames } from './attribute-names.js';
import { attributeErrors, MAX_ATTRIBUTES_LENGTH, type Attributes } from './core/attributes.js';
import { lineOfIdentity, type Identity } from './core/identity.js';
import { readIdentities, type IdentityInput } from './core/person-input.js';
import type { ContactFilter } from './core/filter.js';
import { cleanTags, tagErrors } from './core/tags.js';
import { ConsentRepository } from './consent/consent.repository.js';
import { ContactSearchRepository } from './contact-search.repository.js';
import { ContactViewRepository, type ContactView } from './contact-view.repository.js';
import type { Contact } from './contact.entity.js';
import { ContactRepository } from './contact.repository.js';
import { ContactUpsertRepository, type ContactRow } from './contact-upsert.repository.js';
import { ListRepository } from './list.repository.js';
import { Growing, named } from './identities/growing.js';
import { IdentityRepository } from './identities/identity.repository.js';
import { People } from './merge/people.js';

/** At least one identity, of which the contact goes by the first: number, LID, business-scoped id. */
export interface NewContact extends IdentityInput {
  name?: string | null;
  attributes?: Attributes;
  tags?: string[];
  optedOut?: boolean;
  listIds?: string[];
}

export interface ContactChanges {
  name?: string | null;
  attributes?: Attributes;
  /** `merge` (the default) keeps what is not named and removes keys set to null; `replace` starts anew. */
  attributesMode?: 'merge' | 'replace';
  /** All tags the contact has from now on. */
  tags?: string[];
  optedOut?: boolean;
}

export type OptOutSource = 'keyword' | 'api' | 'import';

/** The people a tenant may write to. Every method sees the given tenant's contacts only. */
export class ContactService {
  private readonly contacts: ContactRepository;
  private readonly upserts: ContactUpsertRepository;
  private readonly names: AttributeNames;
  private readonly lists = new ListRepository();
  private readonly search = new ContactSearchRepository();
  private readonly views = new ContactViewRepository();
  private readonly consents = new ConsentRepository();
  private readonly identities = new IdentityRepository();
  private readonly people = new People();
  private readonly growing: Growing;

  constructor(
    private readonly deps: {
      database: Database;
      clock: Clock;
      /** For numbers without a country code; ISO 3166 alpha-2. */
      defaultCountry?: string;
      attributeNames?: AttributeNames;
    },
  ) {
    this.names = deps.attributeNames ?? new AttributeNames();
    this.contacts = new ContactRepository(this.names);
    this.growing = new Growing(this.contacts);
    this.upserts = new ContactUpsertRepository(this.names);
  }

  /**
   * Adds a contact. Refuses (`invalid`) an identity that cannot be right, bad attributes and unknown lists, and
   * (`conflict`, `contact_exists`) an identity that the tenant has already, naming the contact.
   */
  async create(tenantId: string, input: NewContact): Promise<ContactView> {
    const identities = this.requireIdentities(input);
    const [main, ...further] = identities;
    if (!main) throw new Error('A contact without an identity was not refused.');
    const attributes = checkedAttributes(input.attributes ?? {});
    const now = this.deps.clock.now();
    const contact: Contact = {
      id: newId(),
      tenantId,
      ...named(main),
      lineSince: null,
      name: personName(input.name),
      attributes,
      tags: checkedTags(input.tags),
      optedOutAt: input.optedOut ? now : null,
      optOutSource: input.optedOut ? 'api' : null,
      createdAt: now,
      updatedAt: now,
    };
    await this.deps.database.transaction(async (tx) => {
      const taken = await this.growing.makeOf(tx, contact, further);
      if (taken) throw await this.exists(tx, tenantId, taken);
      if (further.length > 0) await this.shareSuppressions(tx, tenantId, contact.line);
      for (const listId of new Set(input.listIds)) {
        if (!(await this.lists.find(tx, tenantId, listId))) {
          throw invalid([{ path: 'listIds', message: `There is no list ${listId}.` }]);
        }
        await this.lists.addContacts(tx, tenantId, listId, [contact.id], now);
      }
      if (input.optedOut) await this.recordConsent(tx, tenantId, contact.id, 'withdrawn', 'api');
    });
    return this.get(tenantId, contact.id);
  }

  /** Newest first. An unknown list is `not_found`, a page that is too long `too_large`, before it is read. */
  async list(tenantId: string, filter: ContactFilter, page: PageRequest): Promise<Page<ContactView>> {
    const { manager } = this.deps.database;
    if (filter.listId !== undefined && !(await this.lists.find(manager, tenantId, filter.listId))) {
      throw notFound('list', filter.listId);
    }
    const found = await this.search.findIds(manager, tenantId, this.checkedFilter(filter), {
      limit: page.limit + 1,
      beforeId: idBehind(page.cursor),
    });
    const ids = toPage(found, page.limit, (id) => [id]);
    return { ...ids, items: await this.findPage(tenantId, ids.items) };
  }

  /** A filter as it is searched for: the number in E.164, the text without what PostgreSQL cannot take. */
  checkedFilter(filter: ContactFilter): ContactFilter {
    const attributes = Object.keys(filter.attributes ?? {}).length > 0 ? filter.attributes : undefined;
    return {
      ...filter,
      q: checkedSearch(filter.q),
      phoneNumber:
        filter.phoneNumber === undefined ? undefined : this.requirePhone(filter.phoneNumber, 'phoneNumber'),
      tags: filter.tags && cleanTags(filter.tags),
      attributes: attributes && checkedAttributes(attributes, 'attribute'),
    };
  }

  async get(tenantId: string, id: string): Promise<ContactView> {
    const { manager } = this.deps.database;
    const contact = await this.contacts.find(manager, tenantId, id);
    if (!contact) throw notFound('contact', id);
    const [view] = await this.views.complete(manager, tenantId, [contact]);
    if (!view) throw new Error('A contact was completed to none.');
    return view;
  }

  /** As `findMany`, for a page of a list: one that is too long is `too_large`, before it is read. */
  async findPage(tenantId: string, ids: readonly string[]): Promise<ContactView[]> {
    refuseLargePage(await this.search.attributeCharacters(this.deps.database.manager, tenantId, ids));
    return this.findMany(tenantId, ids);
  }

  /** Those of the ids that are contacts of the tenant, in the order of the ids. */
  async findMany(tenantId: string, ids: readonly string[]): Promise<ContactView[]> {
    const { manager } = this.deps.database;
    return this.views.complete(manager, tenantId, await this.contacts.findMany(manager, tenantId, ids));
  }

  /** Changes what is given and leaves the rest. */
  async update(tenantId: string, id: string, changes: ContactChanges): Promise<ContactView> {
    const given = Object.entries(changes.attributes ?? {}).filter(([, value]) => value !== null);
    await this.deps.database.transaction(async (tx) => {
      await this.names.note(
        tx,
        tenantId,
        given.map(([name]) => name),
      );
      const contact = await this.contacts.lock(tx, tenantId, id);
      if (!contact) throw notFound('contact', id);
      const now = this.deps.clock.now();
      if (changes.name !== undefined) contact.name = personName(changes.name);
      if (changes.attributes) {
        contact.attributes = checkedAttributes(
          changes.attributesMode === 'replace'
            ? changes.attributes
            : merged(contact.attributes, composed(changes.attributes)),
        );
      }
      if (changes.tags) contact.tags = checkedTags(changes.tags);
      if (typeof changes.optedOut === 'boolean' && changes.optedOut !== (contact.optedOutAt !== null)) {
        contact.optedOutAt = changes.optedOut ? now : null;
        contact.optOutSource = changes.optedOut ? 'api' : null;
        await this.recordConsent(tx, tenantId, id, changes.optedOut ? 'withdrawn' : 'granted', 'api');
      }
      contact.updatedAt = now;
      await this.contacts.save(tx, contact);
    });
    return this.get(tenantId, id);
  }

  /** Campaign reports keep what they know of the contact; suppressions stay, and an opt-out becomes one of every number. */
  async remove(tenantId: string, id: string): Promise<void> {
    const suppression = { reason: 'opted out before its contact was deleted', now: this.deps.clock.now() };
    await this.deps.database.transaction(async (tx) => {
      // Locked, so that no merge adds a number meanwhile.
      const contact = await this.contacts.lock(tx, tenantId, id);
      if (!contact) throw notFound('contact', id);
      const current = (await this.identities.ofContacts(tx, tenantId, [id])).filter(
        ({ until }) => until === null,
      );
      const addresses = current.map(({ address }) => address);
      if (!(await this.contacts.remove(tx, tenantId, id, addresses, suppression))) {
        throw notFound('contact', id);
      }
    });
  }

  /**
   * Makes sure that contacts with these E.164 numbers exist; names and attributes that are given are merged into
   * existing ones. A line that is given twice counts as one contact, the later values win; two lines may be of one contact.
   * Returns one row per line; `phone` is what the contact goes by, which may be another form or number than the given one.
   */
  async upsertMany(
    tx: Tx,
    tenantId: string,
    contacts: readonly { phone: string; name?: string | null; attributes?: Attributes }[],
  ): Promise<{ id: string; phone: string; line: string }[]> {
    const rows = new Map<string, ContactRow>();
    for (const { phone, name, attributes = {} } of contacts) {
      const line = lineOf(phone);
      const row = rows.get(line) ?? { id: newId(), address: phone, name: null, attributes: {} };
      row.name = personName(name) ?? row.name;
      row.attributes = merged(row.attributes, checkedAttributes(attributes));
      rows.set(line, row);
    }
    const given = [...rows.values()];
    const written = await this.upserts.upsert(tx, tenantId, given, 'update', this.deps.clock.now());
    const done = new Set(written.map(({ line }) => line));
    const left = given.filter(({ address }) => !done.has(lineOf(address)));
    const beyond = await this.upserts.beyondLimit(tx, tenantId, left);
    if (beyond.size > 0) throw tooManyAttributes(beyond.size);
    return this.contacts.findByLines(tx, tenantId, [...rows.keys()]);
  }

  /**
   * Nothing is sent to the person with this number, at any of the numbers, until the person opts in again. A number of
   * nobody becomes a contact. Repeating it keeps the first time and source. The history of consent gets its line in the
   * same transaction; `proof` is what shows it, such as the id of the message.
   */
  async optOut(tx: Tx, tenantId: string, phone: string, source: OptOutSource, proof?: string): Promise<void> {
    const now = this.deps.clock.now();
    const line = lineOf(phone);
    let people = await this.people.lock(tx, tenantId, [line]);
    if (people.flat().every(({ contactId }) => contactId === null)) {
      await this.upsertMany(tx, tenantId, [{ phone }]);
      people = await this.people.lock(tx, tenantId, [line]);
    }
    await this.people.optOut(tx, tenantId, people, { source, proof, now });
  }

  async optIn(
    tx: Tx,
    tenantId: string,
    phone: string,
    source: OptOutSource = 'keyword',
    proof?: string,
  ): Promise<void> {
    const people = await this.people.lock(tx, tenantId, [lineOf(phone)]);
    await this.people.optIn(tx, tenantId, people, { source, proof, now: this.deps.clock.now() });
  }

  private async recordConsent(
    tx: Tx,
    tenantId: string,
    contactId: string,
    kind: 'granted' | 'withdrawn',
    source: OptOutSource,
    proof?: string,
  ): Promise<void> {
    const now = this.deps.clock.now();
    await this.consents.add(tx, tenantId, [{ contactId, kind, source, proof, at: now }], now);
  }

  private requireIdentities(input: NewContact): Identity[] {
    const { identities, errors } = readIdentities(input, '', this.deps.defaultCountry);
    if (identities.length + errors.length === 0) {
      const message = 'Give the number in phoneNumber, or another identity in lid or businessScopedId.';
      errors.push({ path: 'phoneNumber', message });
    }
    if (errors.length > 0) throw invalid(errors);
    return identities;
  }

  private async shareSuppressions(tx: Tx, tenantId: string, line: string): Promise<void> {
    for (const person of await this.people.find(tx, tenantId, [line])) {
      await this.people.shareSuppressions(tx, tenantId, person, this.deps.clock.now());
    }
  }

  private requirePhone(input: string, path: string): string {
    const outcome = normalisePhone(input, this.deps.defaultCountry);
    if (!outcome.ok) throw invalid([{ path, message: outcome.reason }]);
    return outcome.phone;
  }

  private async exists(tx: Tx, tenantId: string, taken: Identity): Promise<DomainError> {
    const other = await this.contacts.findOwner(tx, tenantId, lineOfIdentity(taken));
    const { path, words } = FIELDS[taken.kind];
    const message = `This ${words} already belongs to contact ${other ?? '(just removed)'}.`;
    return new DomainError('conflict', 'contact_exists', message, { errors: [{ path, message }] });
  }
}

const FIELDS = {
  phone: { path: 'phoneNumber', words: 'number' },
  lid: { path: 'lid', words: 'LID' },
  bsuid: { path: 'businessScopedId', words: 'business-scoped id' },
} as const;

/** A plus sign alone is the beginning of every number. */
function checkedSearch(given: string | undefined): string | undefined {
  const q = given?.replaceAll('\0', '').normalize('NFC').trim() ?? '';
  if (q === '' || q === '+') return undefined;
  if (/[a-z0-9]|\P{ASCII}/iu.test(q)) return q;
  throw invalid([{ path: 'q', message: 'has no letter or digit to search for' }]);
}

function checkedTags(given: readonly string[] | undefined): string[] {
  const tags = cleanTags(given);
  const errors = tagErrors(tags);
  if (errors.length > 0) throw invalid(errors);
  return tags;
}

function tooManyAttributes(count: number): DomainError {
  const message =
    `${count} of these contacts would have more than ${MAX_ATTRIBUTES_LENGTH} characters of attributes together. ` +
    'Shorten or remove some first.';
  return invalid([{ path: 'attributes', message }], 'too_long_attributes');
}

function checkedAttributes(attributes: Attributes, path?: string): Attributes {
  const errors = attributeErrors(attributes, path);
  if (errors.length > 0) throw invalid(errors);
  return composed(attributes);
}

function merged(old: Attributes, changes: Attributes): Attributes {
  const entries = Object.entries({ ...old, ...changes }).filter(([, value]) => value !== null);
  return Object.fromEntries(entries);
}
