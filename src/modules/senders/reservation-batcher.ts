import { setTimeout } from 'node:timers/promises';
import type { Database, Tx } from '../../db/index.js';
import { Batcher } from '../../lib/batcher.js';
import type { Clock } from '../../lib/clock.js';
import type { Random } from '../../lib/random.js';
import type { RightOfWay } from '../../lib/right-of-way.js';
import type { TransportRegistry } from '../../transports/transport.js';
import { assignSlots } from './core/assign.js';
import { grantable, type SenderSlot } from './core/slot.js';
import { emptyPoolReason, reasonInPool } from './core/waiting.js';
import { SlotQueueEstimate } from './core/slot-queue-estimate.js';
import { addressing, carriersOf } from './carriers.js';
import { hostedElsewhere } from './hosted-elsewhere.js';
import { reserveNextSlots, sendersToReserve } from './reserve-next-slot.js';
import { poolKey } from './pool-key.js';
import { EligibleSenders } from './eligible-senders.js';
import type { PoolSearch } from './pool-conditions.js';
import { poolCensus, UPCOMING_SLOTS, upcomingSlots } from './reservation.repository.js';
import type { LaterOutcome, ReservationOutcome, ReservationRequest } from './reservation.types.js';
import { UpcomingSlots } from './upcoming-slots.js';
import { tellQuotaLow } from './quota-low.js';
import { writeSlots } from './slot-row.js';

export interface ReservationBatcherDeps {
  database: Database;
  clock: Clock;
  random: Random;
  transports: TransportRegistry;
  /** The worker that reserves, for its own sessions. Without it all senders are as good as hosted here. */
  workerId?: string;
  /** What answers take from all else that this process does. */
  rightOfWay?: RightOfWay;
}

/** Requests that arrive within this time of each other share one transaction. */
export const COALESCING = { maxItems: 1000, maxDelayMs: 3 };
/** People wait for answers: only those that come while a run is under way share the next one. */
export const AT_ONCE = { ...COALESCING, maxDelayMs: 0 };
/** Pauses between attempts while another transaction, usually one that writes results, has locked the due senders. */
const BUSY_PAUSES_MS = [3, 6, 10, 15, 0];

/** Batches the requests for senders, pool by pool; requests that get no sender get a time to ask again. */
export class ReservationBatcher {
  private readonly pools = new Map<string, Batcher<ReservationRequest, ReservationOutcome>>();
  private readonly slotQueue = new SlotQueueEstimate();
  private readonly eligible = new EligibleSenders();
  private readonly upcoming = new UpcomingSlots();

  constructor(private readonly deps: ReservationBatcherDeps) {}

  /** Concurrent calls of one pool share a transaction. */
  reserve(request: ReservationRequest): Promise<ReservationOutcome> {
    const key = this.keyOf(request);
    let batcher = this.pools.get(key);
    if (!batcher) {
      const onIdle = (): void => void this.pools.delete(key);
      const options = { ...COALESCING, givesWayTo: this.deps.rightOfWay, onIdle };
      batcher = new Batcher((requests) => this.reserveBatch(requests), options);
      this.pools.set(key, batcher);
    }
    return batcher.add(request);
  }

  /** Tries again, within milliseconds, where due senders were only locked by another transaction for a moment. */
  private async reserveBatch(requests: ReservationRequest[]): Promise<ReservationOutcome[]> {
    const outcomes = new Map<ReservationRequest, ReservationOutcome>();
    let open = requests.toSorted((a, b) => rankOf(a) - rankOf(b));
    for (const [tries, pauseMs] of BUSY_PAUSES_MS.entries()) {
      const busy = await this.attempt(open, outcomes, { anew: tries > 0 });
      if (busy.length === 0) break;
      open = busy;
      await setTimeout(pauseMs);
    }
    await this.reserveForUrgent(requests.filter((request) => outcomes.get(request)?.kind === 'later'));
    return requests.map((request) => outcomes.get(request) ?? { kind: 'none', reason: 'no_sender_in_pool' });
  }

  /** Outside the reservation's transaction: this waits for rows that others have locked. */
  private async reserveForUrgent(waiting: readonly ReservationRequest[]): Promise<void> {
    const [first] = waiting;
    if (!first?.urgent) return;
    const { database, clock } = this.deps;
    const now = clock.now();
    const required = waiting.flatMap((request) => request.requiredSenderId ?? []);
    const ids = required.length === waiting.length ? required : undefined;
    const slots = await upcomingSlots(database.manager, this.searchOf(first), ids, now);
    await reserveNextSlots(database.manager, sendersToReserve(slots, waiting.length, first.messages, now));
  }

  /** One transaction: assigns what it can, sets the outcome of every request, and returns those worth another try. */
  private attempt(
    requests: ReservationRequest[],
    outcomes: Map<ReservationRequest, ReservationOutcome>,
    { anew }: { anew: boolean },
  ): Promise<ReservationRequest[]> {
    return this.deps.database.transaction(async (tx) => {
      const [first] = requests;
      if (!first) return [];
      const now = this.deps.clock.now();
      const search = this.searchOf(first);
      const named = [...new Set(requests.flatMap((request) => namedBy(request) ?? []))];
      const pool = { key: this.keyOf(first), search };
      const { slots, elsewhere } = await this.eligible.lock(tx, {
        ...pool,
        named,
        limit: requests.length,
        now,
        anew,
      });
      const isElsewhere = (request: ReservationRequest) => elsewhere.has(namedBy(request) ?? '');
      for (const request of requests.filter(isElsewhere))
        outcomes.set(request, hostedElsewhere(this.deps.random, now));
      const here = requests.filter((request) => !isElsewhere(request));
      const plan = assignSlots(here, slots, now, this.deps.random);
      await writeSlots(tx, plan.changed);
      await tellQuotaLow(tx, first.tenantId, { before: slots, after: plan.changed }, now);
      this.eligible.used(pool, plan.changed);
      here.forEach((request, index) => {
        const assignment = plan.assignments[index];
        if (assignment) outcomes.set(request, { kind: 'reserved', ...assignment, reservedAt: now });
      });
      const waiting = here.filter((_, index) => !plan.assignments[index]);
      return this.setWaiting(tx, { ...pool, now, anew }, waiting, outcomes);
    });
  }

  private keyOf(request: ReservationRequest): string {
    return poolKey(this.deps.transports, request);
  }

  private searchOf(request: ReservationRequest): PoolSearch {
    const { tenantId, pool, newConversation, messages, messageTypes, reachedBy } = request;
    const { excludedSenderIds = [], urgent, yields } = request;
    const { workerId, transports: registry } = this.deps;
    const carriers = carriersOf(registry, messageTypes);
    const transports = addressing(registry, carriers, reachedBy);
    const wanted = { tenantId, pool, newConversation, messages, messageTypes, carriers, transports };
    return { ...wanted, excludedSenderIds, urgent, yields, workerId };
  }

  /**
   * Sets the outcome of requests that got no sender; those that name none share one query of the pool. Returns those
   * for which a sender is due, but locked by another transaction.
   */
  private async setWaiting(
    tx: Tx,
    asked: { key: string; search: PoolSearch; now: Date; anew: boolean },
    requests: ReservationRequest[],
    outcomes: Map<ReservationRequest, ReservationOutcome>,
  ): Promise<ReservationRequest[]> {
    const { search, now } = asked;
    const busy: ReservationRequest[] = [];
    const requiredIds = requests.flatMap((request) => request.requiredSenderId ?? []);
    const required = requiredIds.length > 0 ? await upcomingSlots(tx, search, requiredIds, now) : [];
    for (const requiredId of new Set(requests.map((request) => request.requiredSenderId))) {
      const group = requests.filter((request) => request.requiredSenderId === requiredId);
      const slots =
        requiredId === undefined
          ? await this.upcoming.of(tx, asked)
          : required.filter((slot) => slot.id === requiredId);
      const due = slots.filter((slot) => grantable(slot, search.messages, now) > 0);
      if (due.length > 0 && !due.some((slot) => slot.isHere)) {
        for (const request of group) outcomes.set(request, hostedElsewhere(this.deps.random, now));
        continue;
      }
      if (due.length > 0) busy.push(...group);
      const results =
        slots.length > 0
          ? await this.saidOfPool(tx, search, this.timesFor(group, slots, { isBusy: due.length > 0 }, now))
          : await this.reasonFor(tx, search, requiredId, group);
      group.forEach((request, index) => {
        const outcome = results[index];
        if (outcome) outcomes.set(request, outcome);
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
    const unable = emptyPoolReason(census);
    const reason = reasonInPool(unable, census);
    const outcome: ReservationOutcome =
      unable === 'restricted' && census.restrictedUntil
        ? { kind: 'later', at: census.restrictedUntil, reason }
        : { kind: 'none', reason };
    return group.map(() => outcome);
  }

  /** Only where the installation has transports that cannot write to the person is the pool asked whether it has such. */
  private async saidOfPool(tx: Tx, search: PoolSearch, waits: LaterOutcome[]): Promise<LaterOutcome[]> {
    const isForAll = search.transports.length === search.carriers.length;
    if (isForAll || waits.every(({ reason }) => reason === 'pace')) return waits;
    const census = await poolCensus(tx, search, undefined);
    return waits.map((wait) => ({ ...wait, reason: reasonInPool(wait.reason, census) }));
  }

  /** The next slot is kept for direct messages, and a sender that is only locked is free within milliseconds: no slots are promised. */
  private timesFor(
    group: ReservationRequest[],
    slots: SenderSlot[],
    { isBusy }: { isBusy: boolean },
    now: Date,
  ): LaterOutcome[] {
    const [first] = group;
    const key =
      first && !first.urgent && !isBusy ? this.keyOf(first) + (first.requiredSenderId ?? '') : undefined;
    const isCut = slots.length >= UPCOMING_SLOTS;
    const waiting = group.map((request) => ({ ...request, rank: rankOf(request) }));
    const waits = this.slotQueue.timesFor(waiting, slots, { key, isCut, now, random: this.deps.random });
    return waits.map((wait) => ({ kind: 'later', ...wait }));
  }
}

function namedBy({ requiredSenderId, preferredSenderId }: ReservationRequest): string | undefined {
  return requiredSenderId ?? preferredSenderId;
}

function rankOf({ rank = 5 }: ReservationRequest): number {
  return rank;
}
