import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { notFound } from '../../../lib/errors.js';
import { ConsentRepository } from '../consent/consent.repository.js';
import { ContactRepository } from '../contact.repository.js';
import type { Contact } from '../contact.entity.js';
import { MergedNumberRepository } from '../merge/merged-number.repository.js';
import { People } from '../merge/people.js';
import { SuppressionRepository } from '../suppression.repository.js';
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
  private readonly numbers = new MergedNumberRepository();
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
      const numbers = await this.numbers.ownNumbers(tx, contact);
      const lines = numbers.map(({ line }) => line);
      const others: Record<string, unknown> = {};
      for (const records of this.deps.records)
        others[records.name] = await records.collect(tx, tenantId, contact);
      return {
        exportedAt: this.deps.clock.now(),
        contact: personalFields(contact),
        mergedNumbers: await this.people.mergedNumbers(tx, contact),
        consents: await this.consents.list(tx, tenantId, id, { limit: MAX_CONSENTS }),
        lists: await this.people.lists(tx, contact),
        suppressions: await this.people.suppressions(tx, tenantId, lines),
        numberChecks: await this.people.checks(tx, tenantId, lines),
        ...others,
      };
    });
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
      const numbers = await this.numbers.ownNumbers(tx, contact);
      for (const number of numbers) {
        for (const records of this.deps.records) await records.erase(tx, tenantId, { id, ...number });
      }
      await this.people.eraseTraces(tx, contact, numbers);
      const phones = numbers.map(({ phone }) => phone);
      const suppression = { reason: ERASED, now };
      if (!(await this.contacts.remove(tx, tenantId, id, phones, suppression))) throw notFound('contact', id);
      const lines = numbers.map(({ line }) => line);
      if (options.suppress === false) await this.suppressions.removeLines(tx, tenantId, lines);
      if (options.suppress === true) await this.everyone.suppress(tx, tenantId, everyone, ERASED, now);
      return { suppressed: (await this.people.suppressions(tx, tenantId, lines)).length > 0 };
    });
  }
}

function personalFields(contact: Contact) {
  const { id, phone, name, attributes, tags, optedOutAt, optOutSource, createdAt, updatedAt } = contact;
  const own = { attributes, tags, optedOutAt, optOutSource, createdAt, updatedAt };
  return { id, phoneNumber: phone, name, ...own };
}
