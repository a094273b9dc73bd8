import { setTimeout } from 'node:timers/promises';
import type { Database, Tx } from '../../db/index.js';
import { Batcher } from '../../lib/batcher.js';
import { addMs, type Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import { randomInt, type Random } from '../../lib/random.js';
import type { MessageType, TransportName, TransportRegistry } from '../../transports/transport.js';
import { assignSlots } from './core/assign.js';
import { giveBackSlot, grantable, type SenderSlot } from './core/slot.js';
import { emptyPoolReason, type WaitReason } from './core/waiting.js';
import { WaitingLines } from './core/waiting-line.js';
import { holdSenders, sendersToHold } from './hold.js';
import { HealthRecorder, type RecordedResult } from './health-recorder.js';
import {
  lockEligible,
  poolCensus,
  UPCOMING_SLOTS,
  upcomingSlots,
  writeReserved,
  type PoolSearch,
  type SenderPool,
} from './reservation.repository.js';
import { lockSlots, writeSlots } from './slot-row.js';

/** Times in milliseconds. */
export interface ReservationRequest {
  tenantId: string;
  pool: SenderPool;
  /** Slots needed: as many as messages will be sent. */
  messages: number;
  messageTypes: MessageType[];
  /** Taken before any other when it is free (sticky). */
  preferredSenderId?: string;
  /** Only this sender may continue. It must still belong to the pool. */
  requiredSenderId?: string;
  /** Members of the pool that may not serve this request: their budget for the campaign is used up. */
  excludedSenderIds?: readonly string[];
  newConversation: boolean;
  /** Of requests that arrive together the smallest goes first; 5 unless given. */
  rank?: number;
  /** Takes the next slot of a busy sender: until then the sender is kept for requests of this kind. */
  urgent?: boolean;
  /** Lets others take a free sender first: gets one only when it was left free for half a second. */
  yields?: boolean;
  /** Typing and pauses: how long the sender is busy with this request. */
  occupyMs: number;
  minDelay: number;
  maxDelay: number;
}

/**
 * `reserved.messages` is what was asked, or the sender's whole quota where that is smaller: send that many and reserve
 * again for the rest. `later` says when to ask again. `none` means that time alone will not help.
 */
export type ReservationOutcome =
  | { kind: 'reserved'; senderId: string; reservedAt: Date; messages: number }
  | { kind: 'later'; at: Date; reason: WaitReason }
  | { kind: 'none'; reason: WaitReason };

export interface Reservation {
  senderId: string;
  reservedAt: Date;
  messages: number;
}

export interface SenderManagerDeps {
  database: Database;
  clock: Clock;
  random: Random;
  logger: Logger;
  transports: TransportRegistry;
  /** The worker that reserves, for its own sessions. Without it all senders are as good as hosted here. */
  workerId?: string;
}

/** Requests that arrive within this time of each other share one transaction. */
const COALESCING = { maxItems: 1000, maxDelayMs: 3 };
/** Rests between attempts while another transaction, usually one that writes results, holds the due senders. */
const BUSY_PAUSES_MS = [3, 6, 10, 15, 0];

/**
 * How soon a request comes back whose sender is free, but hosted by another worker: long enough for that one to take
 * it, short because nothing else is missing.
 */
const ELSEWHERE_MS = { min: 100, max: 1_000 };

/** Decides who sends: atomic reservations over all workers, and the health that results leave behind. */
export class SenderManager {
  private readonly pools = new Map<string, Batcher<ReservationRequest, ReservationOutcome>>();
  private readonly lines = new WaitingLines();
  private readonly health: HealthRecorder;
  private readonly releases: Batcher<Reservation, void>;

  constructor(private readonly deps: SenderManagerDeps) {
    this.health = new HealthRecorder(deps);
    this.releases = new Batcher((batch) => this.writeReleases(batch), COALESCING);
  }

  /**
   * Claims the next sending slot of the pool's least recently used eligible sender (the preferred one first). Answers
   * when to ask again, or why nobody can send, instead of failing. Concurrent calls of one pool share a transaction.
   */
  async reserveNextHealthySender(request: ReservationRequest): Promise<ReservationOutcome> {
    const key = poolKey(request);
    let batcher = this.pools.get(key);
    if (!batcher) {
      batcher = new Batcher((requests) => this.reserveBatch(requests), COALESCING);
      this.pools.set(key, batcher);
    }
    try {
      return await batcher.add(request);
    } finally {
      if (batcher.idle && this.pools.get(key) === batcher) this.pools.delete(key);
    }
  }

  /** Gives back what was reserved and never handed over. The sender's quota is counted down, its pace stays. */
  release(reservation: Reservation): Promise<void> {
    return this.releases.add(reservation);
  }

  /** Folds results into the senders' health, in the order given; ten failures in a row pause a sender. */
  recordResults(results: RecordedResult[]): Promise<{ pausedSenderIds: string[] }> {
    return this.health.record(results);
  }

  /** Gives idle, connected senders the health they have earned: one point per ten minutes. */
  recoverIdle(): Promise<void> {
    return this.health.recoverIdle();
  }

  /** Tries again, within milliseconds, where due senders were only held by another transaction for a moment. */
  private async reserveBatch(requests: ReservationRequest[]): Promise<ReservationOutcome[]> {
    const outcomes = new Map<ReservationRequest, ReservationOutcome>();
    let open = requests.toSorted((a, b) => rankOf(a) - rankOf(b));
    for (const pauseMs of BUSY_PAUSES_MS) {
      const busy = await this.attempt(open, outcomes);
      if (busy.length === 0) break;
      open = busy;
      await setTimeout(pauseMs);
    }
    await this.holdForUrgent(requests.filter((request) => outcomes.get(request)?.kind === 'later'));
    return requests.map((request) => outcomes.get(request) ?? { kind: 'none', reason: 'no_sender_in_pool' });
  }

  /** Outside the reservation's transaction: this waits for rows that others have locked. */
  private async holdForUrgent(waiting: readonly ReservationRequest[]): Promise<void> {
    const [first] = waiting;
    if (!first?.urgent) return;
    const { database, clock } = this.deps;
    const now = clock.now();
    const required = waiting.flatMap((request) => request.requiredSenderId ?? []);
    const ids = required.length === waiting.length ? required : undefined;
    const slots = await upcomingSlots(database.manager, this.searchOf(first), ids, now);
    await holdSenders(database.manager, sendersToHold(slots, waiting.length, first.messages, now));
  }

  /** One transaction: assigns what it can, answers every request, and names those worth another try. */
  private attempt(
    requests: ReservationRequest[],
    outcomes: Map<ReservationRequest, ReservationOutcome>,
  ): Promise<ReservationRequest[]> {
    return this.deps.database.transaction(async (tx) => {
      const [first] = requests;
      if (!first) return [];
      const now = this.deps.clock.now();
      const search = this.searchOf(first);
      const named = requests.flatMap((request) => namedBy(request) ?? []);
      const { slots, elsewhere } = await lockEligible(tx, search, [...new Set(named)], requests.length, now);
      const isElsewhere = (request: ReservationRequest) => elsewhere.has(namedBy(request) ?? '');
      for (const request of requests.filter(isElsewhere)) outcomes.set(request, this.elsewhere(now));
      const here = requests.filter((request) => !isElsewhere(request));
      const plan = assignSlots(here, slots, now, this.deps.random);
      await writeReserved(tx, plan.changed);
      here.forEach((request, index) => {
        const assignment = plan.assignments[index];
        if (assignment) outcomes.set(request, { kind: 'reserved', ...assignment, reservedAt: now });
      });
      const waiting = here.filter((_, index) => !plan.assignments[index]);
      return this.answerWaiting(tx, search, waiting, outcomes, now);
    });
  }

  private searchOf(request: ReservationRequest): PoolSearch {
    const {
      tenantId,
      pool,
      newConversation,
      messages,
      messageTypes,
      excludedSenderIds = [],
      urgent,
      yields,
    } = request;
    const { workerId } = this.deps;
    const transports = transportsFor(this.deps.transports, messageTypes);
    return {
      tenantId,
      pool,
      newConversation,
      messages,
      messageTypes,
      transports,
      excludedSenderIds,
      urgent,
      yields,
      workerId,
    };
  }

  /**
   * Answers the requests nobody could take; those that may go to anyone share one look at the pool. Returns those for
   * which a sender is due, only locked elsewhere.
   */
  private async answerWaiting(
    tx: Tx,
    search: PoolSearch,
    requests: ReservationRequest[],
    outcomes: Map<ReservationRequest, ReservationOutcome>,
    now: Date,
  ): Promise<ReservationRequest[]> {
    const busy: ReservationRequest[] = [];
    const requiredIds = requests.flatMap((request) => request.requiredSenderId ?? []);
    const required = requiredIds.length > 0 ? await upcomingSlots(tx, search, requiredIds, now) : [];
    for (const requiredId of new Set(requests.map((request) => request.requiredSenderId))) {
      const group = requests.filter((request) => request.requiredSenderId === requiredId);
      const slots =
        requiredId === undefined
          ? await upcomingSlots(tx, search, undefined, now)
          : required.filter((slot) => slot.id === requiredId);
      const due = slots.filter((slot) => grantable(slot, search.messages, now) > 0);
      if (due.length > 0 && !due.some((slot) => slot.isHere)) {
        for (const request of group) outcomes.set(request, this.elsewhere(now));
        continue;
      }
      if (due.length > 0) busy.push(...group);
      const answers =
        slots.length > 0
          ? this.timesFor(group, slots, { isBusy: due.length > 0 }, now)
          : await this.reasonFor(tx, search, requiredId, group);
      group.forEach((request, index) => {
        const answer = answers[index];
        if (answer) outcomes.set(request, answer);
      });
    }
    return busy;
  }

  private async reasonFor(
    tx: Tx,
    search: PoolSearch,
    requiredId: string | undefined,
    group: ReservationRequest[],
  ): Promise<ReservationOutcome[]> {
    const census = await poolCensus(tx, search, requiredId);
    const reason = emptyPoolReason(census);
    const outcome: ReservationOutcome =
      reason === 'restricted' && census.restrictedUntil
        ? { kind: 'later', at: census.restrictedUntil, reason }
        : { kind: 'none', reason };
    return group.map(() => outcome);
  }

  /** The next slot is kept for direct messages, and a sender that is only locked is free within milliseconds: no lines. */
  private timesFor(
    group: ReservationRequest[],
    slots: SenderSlot[],
    { isBusy }: { isBusy: boolean },
    now: Date,
  ): ReservationOutcome[] {
    const [first] = group;
    const key =
      first && !first.urgent && !isBusy ? poolKey(first) + (first.requiredSenderId ?? '') : undefined;
    const isCut = slots.length >= UPCOMING_SLOTS;
    const waiting = group.map((request) => ({ ...request, rank: rankOf(request) }));
    const waits = this.lines.tell(waiting, slots, { key, isCut, now, random: this.deps.random });
    return waits.map((wait) => ({ kind: 'later', ...wait }));
  }

  /** It is no wait that anybody needs to be told about. */
  private elsewhere(now: Date): ReservationOutcome {
    const { min, max } = ELSEWHERE_MS;
    return { kind: 'later', at: addMs(now, randomInt(this.deps.random, min, max)), reason: 'pace' };
  }

  private writeReleases(batch: Reservation[]): Promise<void[]> {
    return this.deps.database.transaction(async (tx) => {
      const now = this.deps.clock.now();
      const locked = await lockSlots(tx, [...new Set(batch.map((reservation) => reservation.senderId))]);
      const slots = new Map(locked.map((slot) => [slot.id, slot]));
      for (const { senderId, messages, reservedAt } of batch) {
        const slot = slots.get(senderId);
        if (slot) slots.set(senderId, giveBackSlot(slot, messages, reservedAt, now));
      }
      await writeSlots(tx, [...slots.values()]);
      return batch.map(() => undefined);
    });
  }
}

function namedBy({ requiredSenderId, preferredSenderId }: ReservationRequest): string | undefined {
  return requiredSenderId ?? preferredSenderId;
}

function rankOf({ rank = 5 }: ReservationRequest): number {
  return rank;
}

/** Requests with the same key may be served by the same senders under the same conditions. */
function poolKey(request: ReservationRequest): string {
  const {
    tenantId,
    pool,
    newConversation,
    messageTypes,
    messages,
    excludedSenderIds = [],
    urgent = false,
    yields = false,
  } = request;
  return JSON.stringify([
    tenantId,
    poolText(pool),
    newConversation,
    urgent,
    yields,
    messageTypes.toSorted(),
    messages,
    excludedSenderIds.toSorted(),
  ]);
}

const poolTexts = new WeakMap<SenderPool, string>();

/** Recipients that are loaded together share their campaign's pool: sorting hundreds of ids is done once for them all. */
function poolText(pool: SenderPool): string {
  const known = poolTexts.get(pool);
  if (known !== undefined) return known;
  const text = JSON.stringify([pool.senderIds.toSorted(), pool.senderTags.toSorted()]);
  poolTexts.set(pool, text);
  return text;
}

function transportsFor(registry: TransportRegistry, types: readonly MessageType[]): TransportName[] {
  return Object.values(registry)
    .filter(({ capabilities }) => types.every((type) => capabilities.messageTypes.includes(type)))
    .map(({ name }) => name);
}
