import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { invalid, notFound, type FieldError } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { normalisePhone } from '../../lib/phone.js';
import { distinctLines, lineOf } from '../../lib/phone-line.js';
import { People } from './merge/people.js';
import type { Suppression } from './suppression.entity.js';
import { SuppressionRepository } from './suppression.repository.js';

/** Numbers that are never written to, contacts or not. Every method sees the given tenant's numbers only. */
export class SuppressionService {
  private readonly suppressions = new SuppressionRepository();
  private readonly people = new People();

  constructor(private readonly deps: { database: Database; clock: Clock; defaultCountry?: string }) {}

  /**
   * Adding a number again changes nothing. One bad number refuses all, each with its reason. Every other number of the same
   * person, whose contacts were merged, is suppressed with it; returned are the given ones.
   */
  async add(
    tenantId: string,
    input: { phoneNumbers: readonly string[]; reason?: string | null },
  ): Promise<Suppression[]> {
    const phones: string[] = [];
    const errors: FieldError[] = [];
    input.phoneNumbers.forEach((phoneNumber, index) => {
      const outcome = normalisePhone(phoneNumber, this.deps.defaultCountry);
      if (outcome.ok) phones.push(outcome.phone);
      else errors.push({ path: `phoneNumbers[${index}]`, message: outcome.reason });
    });
    if (errors.length > 0) throw invalid(errors);
    const rows = distinctLines(phones).map((phone) => ({ id: newId(), phone }));
    const lines = rows.map(({ phone }) => lineOf(phone));
    const reason = input.reason?.replaceAll('\0', '').trim() || null;
    return this.deps.database.transaction(async (tx) => {
      const people = await this.people.lock(tx, tenantId, lines);
      const now = this.deps.clock.now();
      const added = await this.suppressions.addMany(tx, tenantId, rows, reason, now);
      await this.people.suppress(
        tx,
        tenantId,
        people.filter(({ length }) => length > 1),
        reason,
        now,
      );
      return added;
    });
  }

  /** Newest first; `phoneNumber` is a number or the beginning of one, with its country code. */
  async list(
    tenantId: string,
    filter: { phoneNumber?: string },
    page: PageRequest,
  ): Promise<Page<Suppression>> {
    const digits = filter.phoneNumber?.replace(/\D/g, '');
    const rows = await this.suppressions.list(
      this.deps.database.manager,
      tenantId,
      digits ? `+${digits}` : undefined,
      { limit: page.limit + 1, beforeId: idBehind(page.cursor) },
    );
    return toPage(rows, page.limit, ({ id }) => [id]);
  }

  /** Lifts it for every number of the person. */
  async remove(tenantId: string, id: string): Promise<void> {
    if (!(await this.suppressions.remove(this.deps.database.manager, tenantId, id))) {
      throw notFound('suppression', id);
    }
  }
}
