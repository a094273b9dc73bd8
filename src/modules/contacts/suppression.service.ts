import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { invalid, notFound, type FieldError } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../lib/pages.js';
import { normalisePhone } from '../../lib/phone.js';
import { distinctLines, lineOf } from '../../lib/phone-line.js';
import { lineOfIdentity } from './core/identity.js';
import { readLid, readScopedId } from './core/person-input.js';
import { storedScope, type SuppressionScope } from './core/suppression-scope.js';
import { People } from './merge/people.js';
import type { Suppression } from './suppression.entity.js';
import { lasting, SuppressionRepository, type SuppressionTerms } from './suppression.repository.js';

const MAX_AT_ONCE = 10_000;

export interface NewSuppressions {
  phoneNumbers?: readonly string[];
  lids?: readonly string[];
  businessScopedIds?: readonly { id: string; portfolio?: string | null }[];
  scope?: SuppressionScope | null;
  topic?: string | null;
  reason?: string | null;
}

/** Who is never written to, or not with marketing, or not about a topic, contacts or not. Every method sees one tenant only. */
export class SuppressionService {
  private readonly suppressions = new SuppressionRepository();
  private readonly people = new People();

  constructor(private readonly deps: { database: Database; clock: Clock; defaultCountry?: string }) {}

  /**
   * Adding an identity again changes nothing. One bad one refuses all, each with its reason. Whatever else the same people are
   * known by is suppressed with it, in the same scope; returned are the given ones.
   */
  async add(tenantId: string, input: NewSuppressions): Promise<Suppression[]> {
    const { addresses, scope } = this.read(input);
    const rows = distinctLines(addresses).map((address) => ({ id: newId(), address }));
    const lines = rows.map(({ address }) => lineOf(address));
    const reason = input.reason?.replaceAll('\0', '').trim() || null;
    const terms: SuppressionTerms = { ...lasting(reason), scope };
    return this.deps.database.transaction(async (tx) => {
      const people = await this.people.lock(tx, tenantId, lines);
      const now = this.deps.clock.now();
      const added = await this.suppressions.addMany(tx, tenantId, rows, terms, now);
      const several = people.filter(({ length }) => length > 1);
      await this.people.suppress(tx, tenantId, several, terms, now);
      return added;
    });
  }

  private read(input: NewSuppressions): { addresses: string[]; scope: string } {
    const { phoneNumbers = [], lids = [], businessScopedIds = [] } = input;
    const addresses: string[] = [];
    const errors: FieldError[] = [];
    phoneNumbers.forEach((phoneNumber, index) => {
      const outcome = normalisePhone(phoneNumber, this.deps.defaultCountry);
      if (outcome.ok) addresses.push(outcome.phone);
      else errors.push({ path: `phoneNumbers[${index}]`, message: outcome.reason });
    });
    const others = [
      ...lids.map((lid, index) => readLid(lid, `lids[${index}]`)),
      ...businessScopedIds.map((id, index) => readScopedId(id, `businessScopedIds[${index}]`)),
    ];
    for (const outcome of others) {
      if ('kind' in outcome) addresses.push(lineOfIdentity(outcome));
      else errors.push(outcome);
    }
    if (addresses.length + errors.length === 0) {
      const message =
        'Name at least one number, in phoneNumbers, or another identity, in lids or businessScopedIds.';
      errors.push({ path: 'phoneNumbers', message });
    }
    if (addresses.length > MAX_AT_ONCE) {
      errors.push({ path: 'phoneNumbers', message: `at most ${MAX_AT_ONCE} identities in one request` });
    }
    const scope = storedScope(input.scope ?? 'everything', input.topic);
    if (!scope.ok) errors.push(scope.error);
    if (errors.length > 0 || !scope.ok) throw invalid(errors);
    return { addresses, scope: scope.scope };
  }

  /** Newest first; `phoneNumber` is a number or the beginning of one, with its country code. */
  async list(
    tenantId: string,
    filter: { phoneNumber?: string; lid?: string; scope?: SuppressionScope },
    page: PageRequest,
  ): Promise<Page<Suppression>> {
    const digits = filter.phoneNumber?.replace(/\D/g, '');
    const rows = await this.suppressions.list(
      this.deps.database.manager,
      tenantId,
      {
        start: digits ? `+${digits}` : undefined,
        line:
          filter.lid === undefined
            ? undefined
            : lineOfIdentity({ kind: 'lid', scope: '', value: filter.lid }),
        scope: filter.scope,
      },
      { limit: page.limit + 1, beforeId: idBehind(page.cursor) },
    );
    return toPage(rows, page.limit, ({ id }) => [id]);
  }

  /** Lifts it for everything the person is known by. */
  async remove(tenantId: string, id: string): Promise<void> {
    if (!(await this.suppressions.remove(this.deps.database.manager, tenantId, id))) {
      throw notFound('suppression', id);
    }
  }
}
