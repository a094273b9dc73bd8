import type { Database, Tx } from '../../../db/index.js';
import { addMs, type Clock } from '../../../lib/clock.js';
import { DomainError, invalid, notFound, type FieldError } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import type { Logger } from '../../../lib/logger.js';
import { keyBehind, toPage, type Page, type PageRequest } from '../../../lib/pages.js';
import { normalisePhone } from '../../../lib/phone.js';
import { distinctLines, lineOf } from '../../../lib/phone-line.js';
import { inTurns } from '../../../lib/yielding-work.js';
import type { JobQueue } from '../../../queue/job-queue.js';
import { checkNumbers } from '../contact.jobs.js';
import { enqueueBestEffort } from '../../../queue/enqueue-best-effort.js';
import { DAY_MS, FRESH_MS } from '../core/check-pace.js';
import { ListRepository } from '../list.repository.js';
import type { NumberCheckItem, NumberCheckRun } from './number-check.entity.js';
import { NumberCheckRepository, type CheckCounts, type RationUse } from './number-check.repository.js';

export interface NumberCheckInput {
  /** Exactly one of these three. */
  phoneNumbers?: string[];
  contactIds?: string[];
  listId?: string;
  /** Checks what the ration allows and leaves the rest unchecked, instead of refusing. */
  partial?: boolean;
}

export interface CountedCheck extends NumberCheckRun {
  counts: CheckCounts;
}

export interface NumberCheckDeps {
  database: Database;
  queue: Pick<JobQueue, 'enqueue'>;
  clock: Clock;
  logger: Logger;
  /** Names of the transports that can check numbers. */
  transports: readonly string[];
  /** For numbers without a country code; ISO 3166 alpha-2. */
  defaultCountry?: string;
}

const MAX_NUMBERS = 100_000;

/** Is a number on WhatsApp? Results are kept for 30 days; new checks are rationed per tenant and per sender. */
export class NumberCheckService {
  private readonly checks = new NumberCheckRepository();
  private readonly lists = new ListRepository();

  constructor(private readonly deps: NumberCheckDeps) {}

  /**
   * Starts a check; a worker that hosts a sender does it. Refuses (`too_many`, with the time when it is possible) what
   * the rest of the day's ration does not allow, and (`not_possible`) what no day's ration would, or what no connected
   * sender can find out. Known results cost nothing and are returned at once.
   */
  async create(tenantId: string, input: NumberCheckInput): Promise<CountedCheck> {
    const phones = await this.phonesOf(tenantId, input);
    const asked = await inTurns(phones, (phone) => ({ phone, line: lineOf(phone) }));
    const id = newId();
    const asks = await this.deps.database.transaction(async (tx) => {
      await this.checks.lockRation(tx, tenantId);
      return this.insert(tx, tenantId, id, asked, input.partial ?? false);
    });
    if (asks) await enqueueBestEffort(this.queueNext(tenantId), this.deps.logger);
    return this.get(tenantId, id);
  }

  async get(tenantId: string, id: string): Promise<CountedCheck> {
    const { manager } = this.deps.database;
    const run = await this.checks.find(manager, tenantId, id);
    if (!run) throw notFound('number_check', id);
    return Object.assign(run, { counts: await this.checks.counts(manager, tenantId, id) });
  }

  /** In the order of the lines. */
  async results(tenantId: string, id: string, page: PageRequest): Promise<Page<NumberCheckItem>> {
    const { manager } = this.deps.database;
    const behind = keyBehind(page.cursor, isPhone);
    if (!(await this.checks.find(manager, tenantId, id))) throw notFound('number_check', id);
    const rows = await this.checks.items(manager, tenantId, id, { limit: page.limit + 1, behind });
    return toPage(rows, page.limit, ({ line }) => [line]);
  }

  /** Queues the next check of every tenant, such as after a crash. Returns how many. */
  resumeUnfinished(): Promise<number> {
    return this.queueNext();
  }

  /** One check of a tenant is in the queue at a time: whoever commits one, or its end, calls this afterwards. */
  async queueNext(ofTenant?: string): Promise<number> {
    const next = await this.checks.next(this.deps.database.manager, ofTenant);
    for (const { id, tenantId } of next) {
      await this.deps.queue.enqueue(checkNumbers, { tenantId, runId: id }, { id: `check-${id}` });
    }
    return next.length;
  }

  /** True when at least one number has to be checked by a sender. */
  private async insert(
    tx: Tx,
    tenantId: string,
    id: string,
    asked: readonly { phone: string; line: string }[],
    partial: boolean,
  ): Promise<boolean> {
    const now = this.deps.clock.now();
    const given = asked.map(({ line }) => line);
    const lines = await this.checks.known(tx, tenantId, given, addMs(now, -FRESH_MS));
    const phonesOf = (isKnown: boolean) =>
      asked.filter(({ line }) => lines.has(line) === isKnown).map(({ phone }) => phone);
    const [known, unknown] = [phonesOf(true), phonesOf(false)];
    const ration = await this.checks.ration(tx, tenantId, addMs(now, -DAY_MS));
    const left = Math.max(0, ration.limit - ration.used);
    if (unknown.length > left && !(partial && left > 0)) {
      throw await this.rationUsedUp(tx, tenantId, unknown.length, ration, now);
    }
    if (unknown.length > 0 && !(await this.checks.hasChecker(tx, tenantId, this.deps.transports))) {
      const message = 'No sender that can check numbers is connected; connect one and try again.';
      throw new DomainError('not_possible', 'no_sender_can_check', message);
    }
    const pending = unknown.slice(0, left);
    const asks = pending.length > 0;
    const run = { id, tenantId, createdAt: now, completedAt: asks ? null : now };
    await this.checks.insert(
      tx,
      { ...run, status: asks ? 'queued' : 'completed' },
      { cached: known, pending, left: unknown.slice(left) },
    );
    return asks;
  }

  private async rationUsedUp(
    tx: Tx,
    tenantId: string,
    needed: number,
    { limit, used }: RationUse,
    now: Date,
  ): Promise<DomainError> {
    const left = Math.max(0, limit - used);
    const state = `${needed} numbers have to be asked about, and ${limit} a day are allowed (${left} are left).`;
    if (needed > limit) {
      const message = `${state} Send fewer, or "partial": true to check as many as possible.`;
      return new DomainError('not_possible', 'number_check_ration', message);
    }
    const made = await this.checks.nthCheckAt(tx, tenantId, addMs(now, -DAY_MS), needed - left);
    const at = addMs(made ?? now, DAY_MS);
    const retryAfterSeconds = Math.max(1, Math.ceil((at.getTime() - now.getTime()) / 1_000));
    const message = `${state} Try again after ${at.toISOString()}, or send "partial": true to check as many as possible.`;
    return new DomainError('too_many', 'number_check_ration', message, { retryAfterSeconds });
  }

  private async phonesOf(tenantId: string, input: NumberCheckInput): Promise<string[]> {
    const given = (['phoneNumbers', 'contactIds', 'listId'] as const).filter(
      (name) => input[name] !== undefined && input[name] !== null,
    );
    if (given.length !== 1) {
      throw invalid([
        { path: given[1] ?? 'phoneNumbers', message: 'Send one of phoneNumbers, contactIds and listId.' },
      ]);
    }
    if (input.phoneNumbers) return this.normalised(input.phoneNumbers);
    if (input.contactIds) return this.phonesOfContacts(tenantId, input.contactIds);
    return this.phonesOfList(tenantId, input.listId ?? '');
  }

  private normalised(phoneNumbers: readonly string[]): string[] {
    const phones: string[] = [];
    const errors: FieldError[] = [];
    phoneNumbers.forEach((phoneNumber, index) => {
      const outcome = normalisePhone(phoneNumber, this.deps.defaultCountry);
      if (outcome.ok) phones.push(outcome.phone);
      else errors.push({ path: `phoneNumbers[${index}]`, message: outcome.reason });
    });
    if (errors.length > 0) throw invalid(errors);
    return distinctLines(phones);
  }

  private async phonesOfContacts(tenantId: string, contactIds: readonly string[]): Promise<string[]> {
    const { manager } = this.deps.database;
    const unknown = await this.lists.unknownContacts(manager, tenantId, contactIds);
    if (unknown.length > 0) {
      const message = `${unknown.length} of these are no contacts: ${unknown.slice(0, 5).join(', ')}.`;
      throw invalid([{ path: 'contactIds', message }]);
    }
    const rows = await this.checks.phonesOfContacts(manager, tenantId, contactIds);
    return [...new Set(rows.map(({ phone }) => phone))];
  }

  private async phonesOfList(tenantId: string, listId: string): Promise<string[]> {
    const { manager } = this.deps.database;
    if (!(await this.lists.find(manager, tenantId, listId))) {
      throw invalid([{ path: 'listId', message: `There is no list ${listId}.` }]);
    }
    const phones = await this.checks.phonesOfList(manager, tenantId, listId, MAX_NUMBERS + 1);
    if (phones.length === 0) throw invalid([{ path: 'listId', message: 'This list is empty.' }]);
    if (phones.length > MAX_NUMBERS) {
      const message = `A check takes up to ${MAX_NUMBERS} numbers; divide the list.`;
      throw invalid([{ path: 'listId', message }]);
    }
    return phones;
  }
}

function isPhone(key: unknown): key is string {
  return typeof key === 'string' && /^\+\d{4,18}$/.test(key);
}
