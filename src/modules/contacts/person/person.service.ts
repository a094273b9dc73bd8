import type { Database, Tx } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { notFound } from '../../../lib/errors.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../../lib/pages.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import { ContactRepository } from '../contact.repository.js';
import type { Contact } from '../contact.entity.js';
import { shownIdentity } from '../core/person-input.js';
import { presentChange } from '../identities/contact-change.dto.js';
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
      const lines = await this.linesOf(tx, tenantId, identities);
      const person = { id, lines };
      const suppressions = await this.people.suppressions(tx, tenantId, lines);
      const others: Record<string, unknown> = {};
      for (const records of this.deps.records)
        others[records.name] = await records.collect(tx, tenantId, person);
      return {
        exportedAt: this.deps.clock.now(),
        contact: personalFields(contact),
        identities: identities.map(presentIdentity),
        changes: (await this.people.changes(tx, contact)).map(({ at, ...change }) => ({
          ...presentChange(change),
          at,
        })),
        consents: await this.consents.list(tx, tenantId, id, { limit: MAX_CONSENTS }),
        lists: await this.people.lists(tx, contact),
        suppressions: suppressions.map(({ address, ...entry }) => ({ ...shownIdentity(address), ...entry })),
        numberChecks: await this.people.checks(tx, tenantId, lines),
        ...others,
      };
    });
  }

  /** All lines of the contact, retired ones included, but for those that another contact has now. */
  private async linesOf(tx: Tx, tenantId: string, identities: readonly KnownIdentity[]): Promise<string[]> {
    const lines = [...new Set(identities.map(({ line }) => line))];
    const [own] = identities;
    const people = await this.identities.addressesOf(tx, tenantId, lines);
    const others = new Set(
      people.flatMap(({ asked, contactId }) =>
        contactId === null || contactId === own?.contactId ? [] : asked,
      ),
    );
    return lines.filter((line) => !others.has(line));
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
      const identities = await this.identities.ofContacts(tx, tenantId, [id]);
      const lines = await this.linesOf(tx, tenantId, identities);
      for (const records of this.deps.records) await records.erase(tx, tenantId, { id, lines });
      const own = identities.filter(({ line }) => lines.includes(line));
      await this.people.eraseTraces(tx, contact, own);
      const addresses = current(identities).map(({ address }) => address);
      const suppression = { reason: ERASED, now };
      if (!(await this.contacts.remove(tx, tenantId, id, addresses, suppression))) {
        throw notFound('contact', id);
      }
      if (options.suppress === false) await this.suppressions.removeLines(tx, tenantId, lines);
      if (options.suppress === true) {
        await this.everyone.suppress(tx, tenantId, everyone, lasting(ERASED), now);
      }
      return { suppressed: (await this.people.suppressions(tx, tenantId, lines)).length > 0 };
    });
  }
}

/** Retired identities are left out: the next owner of the number may be written to. */
function current(identities: readonly KnownIdentity[]): KnownIdentity[] {
  return identities.filter(({ until }) => until === null);
}

function personalFields(contact: Contact) {
  const { id, phone, name, attributes, tags, optedOutAt, optOutSource, createdAt, updatedAt } = contact;
  const own = { attributes, tags, optedOutAt, optOutSource, createdAt, updatedAt };
  return { id, phoneNumber: phone, name, ...own };
}
