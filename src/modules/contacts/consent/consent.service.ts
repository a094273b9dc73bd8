import type { Database } from '../../../db/index.js';
import type { Clock } from '../../../lib/clock.js';
import { invalid, notFound, type FieldError } from '../../../lib/errors.js';
import { idBehind, toPage, type Page, type PageRequest } from '../../../lib/pages.js';
import { ContactRepository } from '../contact.repository.js';
import { cleanName } from '../../../lib/names.js';
import type { ContactConsent } from './consent.entity.js';
import { ConsentRepository } from './consent.repository.js';

export interface NewConsentInput {
  kind: 'granted' | 'withdrawn';
  source: string;
  proof?: string | null;
  /** ISO 8601. */
  at?: string | null;
}

/** Clocks of other systems may be a little ahead of ours. */
const FUTURE_TOLERANCE_MS = 5 * 60_000;

/** Who agreed to be written to, when, and the proof of it: an append-only history. */
export class ConsentService {
  private readonly consents = new ConsentRepository();
  private readonly contacts = new ContactRepository();

  constructor(private readonly deps: { database: Database; clock: Clock }) {}

  /**
   * Adds a line. A withdrawal binds at once: it opts the contact out. An agreement lifts no opt-out, which only the
   * person's own keyword or an explicit change of the contact does.
   */
  async add(tenantId: string, contactId: string, input: NewConsentInput): Promise<ContactConsent> {
    const now = this.deps.clock.now();
    const line = { contactId, ...checked(input, now) };
    return this.deps.database.transaction(async (tx) => {
      const withdrawn = line.kind === 'withdrawn';
      const contact = await this.contacts.lock(tx, tenantId, contactId);
      if (!contact) throw notFound('contact', contactId);
      await this.consents.add(tx, tenantId, [line], now);
      if (withdrawn && contact.optedOutAt === null) {
        await this.contacts.save(
          tx,
          Object.assign(contact, { optedOutAt: now, optOutSource: 'api', updatedAt: now }),
        );
      }
      const [added] = await this.consents.list(tx, tenantId, contactId, { limit: 1 });
      if (!added) throw new Error('A line of consent that was just written is not there.');
      return added;
    });
  }

  /** The newest entry first. */
  async list(tenantId: string, contactId: string, page: PageRequest): Promise<Page<ContactConsent>> {
    const { manager } = this.deps.database;
    const beforeId = idBehind(page.cursor);
    if (!(await this.contacts.find(manager, tenantId, contactId))) throw notFound('contact', contactId);
    const rows = await this.consents.list(manager, tenantId, contactId, { limit: page.limit + 1, beforeId });
    return toPage(rows, page.limit, ({ id }) => [id]);
  }
}

function checked(input: NewConsentInput, now: Date) {
  const source = cleanName(input.source);
  const at = input.at === undefined || input.at === null ? now : new Date(input.at);
  const errors: FieldError[] = [];
  if (source === null) errors.push({ path: 'source', message: 'Say where the consent came from.' });
  if (Number.isNaN(at.getTime()))
    errors.push({ path: 'at', message: 'Send a time such as 2026-01-31T10:00:00Z.' });
  else if (at.getTime() > now.getTime() + FUTURE_TOLERANCE_MS) {
    errors.push({ path: 'at', message: 'A consent cannot be given in the future.' });
  }
  if (source === null || errors.length > 0) throw invalid(errors);
  return { kind: input.kind, source, proof: input.proof?.replaceAll('\0', '').trim() || null, at };
}
