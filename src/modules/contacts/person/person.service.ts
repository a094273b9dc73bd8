import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { notFound } from '../../../lib/errors.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../../lib/pages.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import { ContactRepository } from '../contact.repository.js';
import type { Contact } from '../contact.entity.js';
import { contactChanges } from '../identities/contact-change.repository.js';
import { presentIdentity } from '../identities/identity.presenter.js';
import { IdentityRepository, type KnownIdentity } from '../identities/identity.repository.js';
import { People } from '../merge/people.js';
import { lasting, SuppressionRepository } from '../suppression.repository.js';
import type { PersonRecords } from './person-records.js';
import { PersonRepository } from './person.repository.js';

const MAX_CONSENTS = 10_000;
/** The reason of a suppression that is all that is left of a person. */
const ERASED = 'erased';

/** The rights of a person over what is kept about them: to get it, and to have it removed. */
export class PersonService {
  private readonly contacts = new ContactRepository();
  private readonly consents = new ConsentRepository();
  private readonly people = new PersonRepository();
  private readonly suppressions = new SuppressionRepository();
  private readonly identities = new IdentityRepository();
  private readonly everyone = new People();

  constructor(
    private readonly deps: { database: Database; clock: Clock; records: readonly PersonRecords[] },
  ) {}

  /** Everything that is kept about the person, as JSON; read at one moment. */
  async export(tenantId: string, id: string): Promise<Record<string, unknown>> {
    return this.deps.database.transaction(async (tx) => {
      await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
      const contact = await this.contacts.find(tx, tenantId, id);
      if (!contact) throw notFound('contact', id);
      const identities = await this.identities.ofContacts(tx, tenantId, [id]);
      const lines = current(identities).map(({ line }) => line);
      const person = { id, address: contact.phone ?? contact.line, line: contact.line };
      const others: Record<string, unknown> = {};
      for (const records of this.deps.records)
        others[records.name] = await records.collect(tx, tenantId, person);
      return {
        exportedAt: this.deps.clock.now(),
        contact: personalFields(contact),
        identities: identities.map(presentIdentity),
        changes: await this.people.changes(tx, contact),
        consents: await this.consents.list(tx, tenantId, id, { limit: MAX_CONSENTS }),
        lists: await this.people.lists(tx, contact),
        suppressions: await this.people.suppressions(tx, tenantId, lines),
        numberChecks: await this.people.checks(tx, tenantId, lines),
        ...others,
      };
    });
  }

  /** What made the contact what it is, newest first: merges, and changes of what the person is known by. */
  async history(
    tenantId: string,
    id: string,
    page: PageRequest,
  ): Promise<Page<Awaited<ReturnType<typeof contactChanges>>[number]>> {
    const { manager } = this.deps.database;
    const beforeId = idBehind(page.cursor);
    if (!(await this.contacts.find(manager, tenantId, id))) throw notFound('contact', id);
    const rows = await contactChanges(manager, tenantId, id, { limit: page.limit + 1, beforeId });
    return toPage(rows, page.limit, (change) => [change.id]);
  }

  /**
   * Removes the contact and whatever tells who it was, in messages and in campaigns too, whose counts stay. Every number
   * stays on the suppression list when the person had opted out, because the opt-out would be lost otherwise;
   * `suppress` overrides this. Refuses (`conflict`) while a message to the person is being handed over.
   */
  async erase(
    tenantId: string,
    id: string,
    options: { suppress?: boolean | null } = {},
  ): Promise<{ suppressed: boolean }> {
    return this.deps.database.transaction(async (tx) => {
      const contact = await this.contacts.find(tx, tenantId, id);
      if (!contact) throw notFound('contact', id);
      const now = this.deps.clock.now();
      // Before what is kept of them, as a merge does: a message that is just coming in is erased, too.
      const everyone = await this.everyone.lock(tx, tenantId, [contact.line]);
      const identities = current(await this.identities.ofContacts(tx, tenantId, [id]));
      for (const { address, line } of identities) {
        for (const records of this.deps.records) await records.erase(tx, tenantId, { id, address, line });
      }
      await this.people.eraseTraces(tx, contact, identities);
      const addresses = identities.map(({ address }) => address);
      const suppression = { reason: ERASED, now };
      if (!(await this.contacts.remove(tx, tenantId, id, addresses, suppression))) {
        throw notFound('contact', id);
      }
      const lines = identities.map(({ line }) => line);
      if (options.suppress === false) await this.suppressions.removeLines(tx, tenantId, lines);
      if (options.suppress === true) {
        await this.everyone.suppress(tx, tenantId, everyone, lasting(ERASED), now);
      }
      return { suppressed: (await this.people.suppressions(tx, tenantId, lines)).length > 0 };
    });
  }
}

/** What was retired may be somebody else's by now. */
function current(identities: readonly KnownIdentity[]): KnownIdentity[] {
  return identities.filter(({ until }) => until === null);
}

function personalFields(contact: Contact) {
  const { id, phone, name, attributes, tags, optedOutAt, optOutSource, createdAt, updatedAt } = contact;
  const own = { attributes, tags, optedOutAt, optOutSource, createdAt, updatedAt };
  return { id, phoneNumber: phone, name, ...own };
}
