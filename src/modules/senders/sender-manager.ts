import type { Database } from '../../db/index.js';
import { Batcher } from '../../lib/batcher.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { Random } from '../../lib/random.js';
import type { RightOfWay } from '../../lib/right-of-way.js';
import type { TransportRegistry } from '../../transports/transport.js';
import { giveBackSlot } from './core/slot.js';
import { AnswerReservations } from './answer-reservations.js';
import { HealthRecorder, type RecordedResult } from './health-recorder.js';
import { COALESCING, ReservationBatcher } from './reservation-batcher.js';
import type {
  AnswerRequest,
  Reservation,
  ReservationOutcome,
  ReservationRequest,
} from './reservation.types.js';
import { lockSlots, writeSlots } from './slot-row.js';

export interface SenderManagerDeps {
  database: Database;
  clock: Clock;
  random: Random;
  logger: Logger;
  transports: TransportRegistry;
  /** The worker that reserves, for its own sessions. Without it all senders are as good as hosted here. */
  workerId?: string;
  /** What answers take from all else that this process does. */
  rightOfWay?: RightOfWay;
}

/** Decides who sends: atomic reservations over all workers, and the health that results leave behind. */
export class SenderManager {
  private readonly reservations: ReservationBatcher;
  private readonly answers: AnswerReservations;
  private readonly health: HealthRecorder;
  private readonly releases: Batcher<Reservation, void>;

  constructor(private readonly deps: SenderManagerDeps) {
    this.reservations = new ReservationBatcher(deps);
    this.answers = new AnswerReservations(deps);
    this.health = new HealthRecorder(deps);
    this.releases = new Batcher((batch) => this.writeReleases(batch), COALESCING);
  }

  /**
   * Claims the next sending slot of the pool's least recently used eligible sender (the preferred one first). Returns
   * when to ask again, or why no sender can send, instead of failing.
   */
  reserveNextHealthySender(request: ReservationRequest): Promise<ReservationOutcome> {
    return this.reservations.reserve(request);
  }

  /**
   * Claims a place in the minute of answers of one sender, which has to be connected, unpaused and healthy. Its pace, its
   * other quotas and a restriction to conversations that exist do not bind an answer, and are not changed by it.
   */
  reserveAnswer(request: AnswerRequest): Promise<ReservationOutcome> {
    return this.answers.reserve(request);
  }

  /** Gives back what was reserved and never handed over. The sender's quota is counted down, its pace stays. */
  release(reservation: Reservation): Promise<void> {
    return reservation.answer ? this.answers.release(reservation) : this.releases.add(reservation);
  }

  /** Folds results into the senders' health, in the order given; ten failures in a row pause a sender. */
  recordResults(
    results: RecordedResult[],
    lane: { isAnswer?: boolean } = {},
  ): Promise<{ pausedSenderIds: string[] }> {
    return this.health.record(results, lane);
  }

  /** Gives idle, connected senders the health they have earned: one point per ten minutes. */
  recoverIdle(): Promise<void> {
    return this.health.recoverIdle();
  }

  /** Adds the results of the last minute to the totals of their senders. */
  foldTotals(): Promise<void> {
    return this.health.foldTotals();
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
