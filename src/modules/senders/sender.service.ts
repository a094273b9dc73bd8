import type { Logger } from '../../lib/logger.js';
import { enqueueBestEffort } from '../../queue/enqueue-best-effort.js';
import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { invalid, notFound } from '../../lib/errors.js';
import { newId } from '../../lib/ids.js';
import type { Page, PageRequest } from '../../lib/pages.js';
import type { JobQueue } from '../../queue/job-queue.js';
import { syncSession } from './sender.jobs.js';
import type { Capabilities, TransportRegistry } from '../../transports/transport.js';
import {
  forgetSequence,
  readLog,
  writeEvents,
  type LogEntry,
  type LogQuery,
  type SenderEventKind,
} from '../events/index.js';
import { standingEvents } from './core/told.js';
import { MAX_HEALTH } from './core/health.js';
import { refoldNextSlot } from './core/slot.js';
import { warmUpDay } from './core/warm-up.js';
import { addressesOfPool, forecastPool, type ForecastRequest, type ForecastedPool } from './pool-forecast.js';
import { reachOf, type PoolReach } from './carriers.js';
import type { SenderPool } from './pool.js';
import { Sender } from './sender.entity.js';
import {
  completeQuotas,
  configErrors,
  DEFAULT_ANSWERS_PER_MINUTE,
  DEFAULT_QUOTAS,
  nameTaken,
  phoneOf,
  quotaErrors,
  requireTransport,
  tidyTags,
  type SenderChanges,
  type SenderInput,
} from './sender-input.js';
import { senderStats, slotOf, type SenderStats } from './sender-stats.js';
import { totalsOf } from './totals.repository.js';
import {
  countPool,
  deleteSender,
  findSender,
  insertSender,
  isNameTaken,
  listSenders,
  lockSender,
  saveSender,
  type SenderFilter,
  type SenderWithSlot,
} from './sender.repository.js';

export interface SenderServiceDeps {
  database: Database;
  queue: JobQueue;
  clock: Clock;
  transports: TransportRegistry;
  /** ISO 3166 code for numbers without a country code. */
  defaultCountry?: string;
  logger: Logger;
}

/** The tenant's senders. Every call is bound to one tenant; another tenant's sender is `sender_not_found`. */
export class SenderService {
  constructor(private readonly deps: SenderServiceDeps) {}

  /** Refuses with `invalid_input` (each field named) or `sender_name_taken`. The sender is not connected yet. */
  async create(tenantId: string, input: SenderInput): Promise<SenderWithSlot> {
    const transport = requireTransport(this.deps.transports, input.transport);
    const config = input.transportConfig ?? {};
    const quotas = completeQuotas(input, DEFAULT_QUOTAS);
    const { phone, errors: phoneErrors } = phoneOf(input.phoneNumber, this.deps.defaultCountry);
    const errors = [...phoneErrors, ...quotaErrors(quotas), ...configErrors(transport, config)];
    if (errors.length > 0) throw invalid(errors);
    const sender = newSender(tenantId, this.deps.clock.now());
    Object.assign(sender, quotas, {
      name: input.name.trim(),
      phoneNumber: phone,
      transport: input.transport,
      transportConfig: config,
      tags: tidyTags(input.tags),
      answersPerMinute: input.answersPerMinute ?? DEFAULT_ANSWERS_PER_MINUTE,
      warmUpQuotas: input.warmUp?.quotas ?? null,
    });
    return this.deps.database.transaction((tx) => named(sender, insertSender(tx, sender)));
  }

  list(tenantId: string, filter: SenderFilter, page: PageRequest): Promise<Page<SenderWithSlot>> {
    return listSenders(this.deps.database.manager, tenantId, filter, page);
  }

  async get(tenantId: string, id: string): Promise<SenderWithSlot> {
    const sender = await findSender(this.deps.database.manager, tenantId, id);
    if (!sender) throw notFound('sender', id);
    return sender;
  }

  /**
   * Changes what is given and leaves the rest. Changed quotas count at once, also against what was sent in the windows
   * under way; a changed `transportConfig` counts from the next connect. `phoneNumber: null` lets another phone pair.
   * Another warm-up plan goes on at the day of the one under way; after its end it begins anew.
   */
  update(tenantId: string, id: string, changes: SenderChanges): Promise<SenderWithSlot> {
    return this.change(tenantId, id, (sender) => {
      const { phone, errors } = phoneOf(changes.phoneNumber, this.deps.defaultCountry);
      if (changes.transportConfig) {
        const transport = requireTransport(this.deps.transports, sender.transport);
        errors.push(...configErrors(transport, changes.transportConfig));
        sender.transportConfig = changes.transportConfig;
      }
      if (changes.name) sender.name = changes.name.trim();
      if (changes.tags !== undefined) sender.tags = tidyTags(changes.tags);
      if (changes.phoneNumber !== undefined) sender.phoneNumber = phone;
      sender.answersPerMinute = changes.answersPerMinute ?? sender.answersPerMinute;
      errors.push(...this.applyQuotas(sender, changes));
      if (changes.warmUp !== undefined) this.applyWarmUp(sender, changes.warmUp?.quotas ?? null);
      if (errors.length > 0) throw invalid(errors);
    });
  }

  /** The session's host drops the connection when it finds the row gone; the queue tells it at once. */
  async remove(tenantId: string, id: string): Promise<void> {
    const removed = await this.deps.database.transaction(async (tx) => {
      if (!(await deleteSender(tx, tenantId, id))) return false;
      await forgetSequence(tx, id);
      return true;
    });
    if (!removed) throw notFound('sender', id);
    await enqueueBestEffort(
      this.deps.queue.enqueue(syncSession, { tenantId, senderId: id }),
      this.deps.logger,
    );
  }

  /** A paused sender stays connected, receives, and sends nothing new. Pausing twice keeps the first reason. */
  pause(tenantId: string, id: string): Promise<SenderWithSlot> {
    return this.change(tenantId, id, (sender) => {
      sender.pauseReason = sender.pausedAt ? sender.pauseReason : 'operator';
      sender.pausedAt ??= this.deps.clock.now();
    });
  }

  /**
   * Lets it send again, also after ten failures in a row: that count starts anew. Its health stays; below 50 the sender
   * is skipped until idle time or `resetHealth` brings it back.
   */
  resume(tenantId: string, id: string): Promise<SenderWithSlot> {
    return this.change(tenantId, id, (sender) => {
      sender.pausedAt = null;
      sender.pauseReason = null;
      sender.consecutiveFailures = 0;
    });
  }

  /** Full health and no failures in a row. Does not resume a paused sender. */
  resetHealth(tenantId: string, id: string): Promise<SenderWithSlot> {
    return this.change(tenantId, id, (sender) => {
      sender.healthScore = MAX_HEALTH;
      sender.healthSince = this.deps.clock.now();
      sender.consecutiveFailures = 0;
    });
  }

  /** What was sent in the windows under way, what is left of them, and what the sender waits for. */
  async stats(tenantId: string, id: string): Promise<SenderStats> {
    const sender = await this.get(tenantId, id);
    return senderStats(
      sender,
      await totalsOf(this.deps.database.manager, tenantId, id),
      this.deps.clock.now(),
    );
  }

  /** What happened to it, the newest first, for 90 days. */
  async events(
    tenantId: string,
    id: string,
    query: LogQuery<SenderEventKind>,
  ): Promise<Page<LogEntry<SenderEventKind>>> {
    await this.get(tenantId, id);
    return readLog(this.deps.database.manager, { tenantId, objectId: id }, query);
  }

  /** How many senders the pool names, how many of them are connected now, and by what they can write to people. */
  async findPool(
    tenantId: string,
    pool: SenderPool,
  ): Promise<{ total: number; connected: number } & PoolReach> {
    const { database, transports } = this.deps;
    const { total, connected, transports: used } = await countPool(database.manager, tenantId, pool);
    return { total, connected, ...reachOf(transports, used) };
  }

  /** By what some sender of the pool that carries these types can write to a person: numbers, LIDs, business-scoped ids. */
  addresses(
    request: Pick<ForecastRequest, 'tenantId' | 'pool' | 'messageTypes'>,
  ): Promise<Capabilities['addresses']> {
    const { database, transports } = this.deps;
    return addressesOfPool(database.manager, transports, request);
  }

  /** The pool as it stands now, ready to be simulated (see `PoolForecast`). */
  forecast(request: ForecastRequest): Promise<ForecastedPool> {
    const { database, transports, clock } = this.deps;
    return forecastPool(database.manager, transports, request, clock.now());
  }

  private applyQuotas(sender: SenderWithSlot, changes: SenderChanges): ReturnType<typeof quotaErrors> {
    const { quotaPerMinute, quotaPerHour, quotaPerDay } = changes;
    if (quotaPerMinute === undefined && quotaPerHour === undefined && quotaPerDay === undefined) return [];
    const before = slotOf(sender);
    const now = this.deps.clock.now();
    sender.quotaPerMinute = quotaPerMinute ?? sender.quotaPerMinute;
    sender.quotaPerHour = quotaPerHour ?? sender.quotaPerHour;
    sender.quotaPerDay = quotaPerDay ?? sender.quotaPerDay;
    sender.nextAvailableAt = refoldNextSlot(before, slotOf(sender), now, now);
    return quotaErrors(sender);
  }

  private applyWarmUp(sender: SenderWithSlot, quotas: number[] | null): void {
    if (JSON.stringify(quotas) === JSON.stringify(sender.warmUpQuotas)) return;
    const now = this.deps.clock.now();
    const before = slotOf(sender);
    const underWay = before.warmUp !== undefined && warmUpDay(before.warmUp, now) !== undefined;
    sender.warmUpQuotas = quotas;
    if (!quotas || !underWay) Object.assign(sender, notWarming);
    sender.nextAvailableAt = refoldNextSlot(before, slotOf(sender), now, now);
  }

  private change(
    tenantId: string,
    id: string,
    change: (sender: SenderWithSlot) => void,
  ): Promise<SenderWithSlot> {
    return this.deps.database.transaction(async (tx) => {
      const sender = await lockSender(tx, tenantId, id);
      if (!sender) throw notFound('sender', id);
      const { pausedAt, pauseReason, healthScore } = sender;
      change(sender);
      sender.updatedAt = this.deps.clock.now();
      await named(sender, saveSender(tx, sender));
      await writeEvents(tx, standingEvents(sender, { pausedAt, pauseReason, healthScore }, sender));
      return sender;
    });
  }
}

/** Tells a name that is taken from other failures. */
async function named<Result>({ name }: Sender, saving: Promise<Result>): Promise<Result> {
  try {
    return await saving;
  } catch (error) {
    throw isNameTaken(error) ? nameTaken(name) : error;
  }
}

const notWarming = { warmUpSince: null, warmUpDayStartedAt: null, warmUpUsed: 0 };

function newSender(tenantId: string, now: Date): Sender {
  return Object.assign(new Sender(), {
    id: newId(),
    tenantId,
    status: 'created',
    statusReason: null,
    pausedAt: null,
    pauseReason: null,
    healthScore: MAX_HEALTH,
    healthSince: now,
    consecutiveFailures: 0,
    warmUpQuotas: null,
    createdAt: now,
    updatedAt: now,
  } satisfies Partial<Sender>);
}
